/** Makes a world from a story and a seed, or from what an earlier one left behind. */
import { wallClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { createDice } from './dice.ts';
import { DEFAULT_READINGS } from './readings.ts';
import type { Readings } from './readings.ts';
import type { UserWire } from './records.ts';
import { makeWorld } from './state.ts';
import type { World, WorldSnapshot } from './state.ts';
import { STORIES } from './stories/catalogue.ts';

export interface WorldOptions {
  /** `demo`, `thousand`, `thousand:20000`, `firm`, `organization`, `accounts`, `empty` or `odd-text`. */
  story: string;
  /** The same seed, story and `now` give the same world; left out: 1. */
  seed?: number;
  /** The story's present in milliseconds since 1970; left out: the clock's. */
  now?: number;
  /** Where moves and answers take the time from; left out: the machine's clock. */
  clock?: Clock;
  readings?: Partial<Readings>;
}

/** The world in which `story` has been told. Throws where no story has that name. */
export function createWorld(options: WorldOptions): World {
  const { story, seed = 1, clock = wallClock } = options;
  const nowMs = Math.floor(options.now ?? clock.now());
  const [name = '', size] = story.split(':');
  const tell = Object.hasOwn(STORIES, name) ? STORIES[name] : undefined;
  if (tell === undefined || (size !== undefined && !/^[1-9]\d{0,6}$/.test(size))) {
    throw new Error(`No story is called "${story}"; there are ${Object.keys(STORIES).join(', ')}`);
  }
  const world = makeWorld(
    {
      version: 1,
      story,
      seed,
      lastStamp: nowMs * 1000,
      serial: 0,
      readings: { ...DEFAULT_READINGS, ...options.readings },
      organizations: [],
      users: [],
      memberships: [],
      eventTypes: [],
      events: [],
      invitees: [],
      tokens: [],
      pushes: [],
    },
    clock,
  );
  tell({
    world,
    nowMs,
    dice: createDice(`${seed}/${story}`),
    size: size === undefined ? undefined : Number(size),
  });
  return world;
}

/** The world that `toJSON()` described. Throws where `json` is of another version. */
export function worldFromJSON(json: WorldSnapshot, clock: Clock = wallClock): World {
  if (json.version !== 1) throw new Error('This world was saved by another version');
  const readings = { ...DEFAULT_READINGS, ...json.readings };
  return makeWorld({ ...json, readings }, clock);
}

/** The user whom a story calls `key` (`host` is in every story). Throws where there is none. */
export function userNamed(world: World, key: string): UserWire {
  for (const user of world.users.values()) if (user.key === key) return user.wire;
  throw new Error(`Nobody in "${world.story}" is called "${key}"`);
}

/** A live token of the user whom the story calls `key`. Throws where there is none. */
export function tokenOf(world: World, key: string): string {
  const user = userNamed(world, key).uri;
  for (const token of world.tokens.values()) {
    if (token.user === user && !token.revoked) return token.token;
  }
  throw new Error(`"${key}" has no token that is still good`);
}
