/** New instants and new ids of a world: repeatable from its seed, and never the same twice. */
import { createHash } from 'node:crypto';
import { uuidOf } from './dice.ts';
import { spell } from './moment.ts';
import type { World } from './state.ts';

/** This moment by the world's clock, with microseconds, later than every instant given before. */
export function stampNow(world: World): string {
  const noise = createHash('sha256').update(`${world.seed}/${world.lastStamp}`).digest();
  const micros = Math.floor(world.clock.now()) * 1000 + (noise.readUInt16LE(0) % 1000);
  world.lastStamp = Math.max(micros, world.lastStamp + 1);
  return spell(world.lastStamp);
}

/** A UUID that this world has not given out yet. */
export function newUuid(world: World): string {
  world.serial += 1;
  return uuidOf(`${world.seed}/${world.story}/${world.serial}`);
}

/** The URI of a new resource, for example `uriIn(world, 'users')`. */
export function newUri(world: World, kind: string): string {
  return `https://api.calendly.com/${kind}/${newUuid(world)}`;
}

/** The last segment of a URI: its id in a path. */
export function idOf(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}

/** About `ms` with microseconds as a record of that time would carry; for what happened before the story begins. */
export function stampAt(world: World, ms: number): string {
  world.serial += 1;
  const noise = createHash('sha256').update(`${world.seed}~${world.serial}`).digest();
  return spell(Math.floor(ms) * 1000 + (noise.readUInt32LE(0) % 1_000_000));
}
