/** One random story: a small world, its clocks, everything that was told of it so far. */
import { createDice, type Dice } from '../../simulator/dice.ts';
import type { Readings } from '../../simulator/readings.ts';
import { listEvents, settle, showEvent, type TrueEvent } from '../../simulator/show.ts';
import { userNamed } from '../../simulator/world.ts';
import { findRuns, requeueRun, type Run } from '../../src/store/runs.ts';
import { mortalDb } from '../harness/mortal-db.ts';
import { makeSyncWorld, OWNER, type SyncWorld } from '../harness/sync-world.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';
import { spoil } from './fault.ts';
import { createShownMeetings, type ShownMeetings } from './shown-meetings.ts';
import { createStoryClock, type StoryClock } from './story-clock.ts';

/** A run, or the try of one, as the story saw it from outside. */
export interface Try {
  /** Null where the process died. */
  run: Run | null;
  /** When it began and ended by our clock, in milliseconds since 1970. */
  ours: readonly [from: number, to: number];
  /** When it began by Calendly's clock. */
  since: number;
  /** Whether the clock could be trusted then. */
  isCalm: boolean;
  /** Whether nothing went wrong in it and in the one before. */
  isClean: boolean;
}

export interface Story {
  seed: number;
  dice: Dice;
  clock: StoryClock;
  world: SyncWorld;
  userId: string;
  scope: 'user' | 'organization';
  /** The URI of the user whose token it is. */
  host: string;
  post: PostOffice;
  shown: ShownMeetings;
  tries: Try[];
  /** Meetings that may have vanished. */
  maybeGone: Set<string>;
  reassigned: Set<string>;
  /** Whether a meeting was ever said to be gone that was not. */
  saidGone: boolean;
  /** Calendly's time until which single refused things need not be asked for again. */
  refusedUntil: number;
  /** Requests of the run that is under way; far too many end it. */
  asked: { count: number; stop: AbortController };
  /** Whether clocks are set in this story. */
  hasWrongClocks: boolean;
  /**
   * Whether deliveries have come since the last run, in a story whose clock was slow: what was read of a change
   * that seemed to come is held to be as old as that read, so an older delivery may win until the next one.
   */
  isDoubted: boolean;
  /** Rows that were canceled: what happens in stories never takes that back. */
  canceled: Set<string>;
  /** What users wrote, by the meeting's id. */
  written: Map<string, { notes: string; title: string }>;
  /** What happened so far, one line each. */
  log: string[];
}

/** More than any run of such a world may need. */
const MOST_REQUESTS = 600;

/** Small worlds, for the sake of time, and the demo with its groups, guests and deleted hosts. */
const PLACES = [
  { story: 'firm:9', scope: 'user' },
  { story: 'firm:9', scope: 'user' },
  { story: 'firm:9', scope: 'organization' },
  { story: 'firm:9', scope: 'organization' },
  { story: 'thousand:9', scope: 'user' },
  { story: 'demo', scope: 'user' },
  { story: 'demo', scope: 'organization' },
] as const;

/** The beginning of the story with this number. The caller closes its world. */
export async function beginStory(seed: number): Promise<Story> {
  const dice = createDice(`story ${seed}`);
  const { story, scope } = dice.pick(PLACES);
  const readings = throwReadings(dice);
  const pageSize = dice.pick([5, 12, 100]);
  const clock = createStoryClock();
  const asked = { count: 0, stop: new AbortController() };
  const world = await makeSyncWorld({
    time: clock,
    inTiers: true,
    spoiling: true,
    story,
    scope,
    readings,
    pageSize,
    limits: { tries: 3 },
    onRequest() {
      asked.count += 1;
      if (asked.count > MOST_REQUESTS) asked.stop.abort(new Error('This run asks without end'));
    },
  });
  spoil({ world }, []);
  const { rows } = await world.db.query<{ id: string }>('select id from users');
  const begun: Story = {
    seed,
    dice,
    clock,
    world,
    userId: rows[0]?.id ?? '',
    scope,
    host: userNamed(world.simulator.world, 'host').uri,
    post: openPostOffice(world, dice, scope),
    shown: createShownMeetings(),
    tries: [],
    maybeGone: new Set(),
    reassigned: new Set(),
    saidGone: false,
    refusedUntil: 0,
    asked,
    hasWrongClocks: dice.chance(0.5),
    isDoubted: false,
    canceled: new Set(),
    written: new Map(),
    log: [`${story} as ${scope}, pages of ${pageSize}, ${JSON.stringify(readings)}`],
  };
  world.simulator.world.onHappening(({ payload }) => {
    const event = payload['scheduled_event'];
    if (event !== undefined) begun.shown.hear(event, clock.theirs());
  });
  look(begun);
  return begun;
}

/** Each open point of Calendly's documentation in one of its readings. */
function throwReadings(dice: Dice): Partial<Readings> {
  return {
    updatedAtMovesOnNoShow: dice.chance(0.5),
    updatedAtMovesOnGroupJoin: dice.chance(0.5),
    updatedAtMovesOnGuests: dice.chance(0.5),
    updatedAtMovesOnNotes: dice.chance(0.5),
    updatedAtMovesOnReassign: dice.chance(0.5),
    updatedAtMovesOnErase: dice.chance(0.5),
    updatedAtMovesOnPayment: dice.chance(0.5),
    boundsInclusive: dice.chance(0.5),
    tokenBoundToSpelling: dice.chance(0.5),
    pagesBy: dice.pick(['key', 'offset']),
    pageTokenLifeMs: dice.pick([0, 300_000]),
    calendarPushMs: dice.pick([0, 1_300, 20_000]),
  };
}

/** Takes down how Calendly looks now, in the connection's eyes. */
export function look(story: Story): void {
  story.shown.look(truthOf(story), story.clock.theirs());
}

/** What Calendly has of the connection's meetings; its records themselves: read them only. */
export function truthOf(story: Story): TrueEvent[] {
  const { world } = story.world.simulator;
  settle(world);
  const all = story.scope === 'organization';
  return listEvents(world)
    .filter(({ wire }) => all || wire.event_memberships.some(({ user }) => user === story.host))
    .map((record) => ({
      event: showEvent(world, record),
      invitees: world.inviteesOf.get(record.wire.uri) ?? [],
    }));
}

/** A run; `dies`: in a process that does not live to its end, as the next process finds it. */
export async function tryRun(
  story: Story,
  options: { full?: boolean; isFaulty?: boolean; dies?: boolean } = {},
): Promise<Try> {
  const { world, clock, dice } = story;
  const { full = false, isFaulty = false, dies = false } = options;
  const before = story.tries.at(-1);
  const begun = { ours: clock.ours(), since: clock.theirs(), isCalm: clock.isCalm() };
  const db = dies ? mortalDb(world.db, dice.whole(1, 14), dice.pick(['before', 'after'])) : null;
  let run: Run | null = null;
  story.asked.count = 0;
  const { signal } = story.asked.stop;
  try {
    run = await world.sync({ full, signal, ...(db === null ? {} : { through: db }) });
  } catch (error) {
    if (db?.isDead !== true) throw error;
  }
  if (db?.isDead === true) run = await buryRun(world, run);
  const ended = {
    run,
    ours: [begun.ours, clock.ours()] as const,
    since: begun.since,
    isCalm: begun.isCalm,
    isClean: !isFaulty && db?.isDead !== true && before?.run?.state === 'done',
  };
  story.tries.push(ended);
  if (run?.state === 'done' && begun.isCalm) story.isDoubted = false;
  look(story);
  return ended;
}

/** What the next process does with the run of a dead one: it is queued again, unless it had ended. */
async function buryRun(world: SyncWorld, ended: Run | null): Promise<Run | null> {
  const { rows } = await world.db.query<{ id: string }>(
    `select id from sync_runs where state = 'running'`,
  );
  for (const { id } of rows) await requeueRun(world.db, { id, owner: OWNER });
  if (rows.length > 0) return null;
  if (ended !== null) return ended;
  const { rows: last } = await world.db.query<{ id: string }>(
    `select id from sync_runs order by queued_at desc, id desc limit 1`,
  );
  const [run] = await findRuns(world.db, [last[0]?.id ?? '']);
  return run ?? null;
}
