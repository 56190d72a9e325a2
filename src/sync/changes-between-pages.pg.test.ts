/** Listings while Calendly changes between their pages: no row is torn, nothing vanishes by mistake, what is gone is found. */
import { afterEach, expect, it } from 'vitest';
import { differences, imageOfRows, imageOfTruth } from '../../test/harness/mirror-truth.ts';
import { makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';
import { createTruthVersions, type TruthVersions } from '../../test/harness/truth-versions.ts';
import {
  createVirtualTime,
  HOUR_MS,
  MINUTE_MS,
  type VirtualTime,
} from '../../test/harness/virtual-time.ts';
import { makeMove, makeRemoval } from '../../test/stories/calendly-move.ts';
import { createDice, type Dice } from '../../simulator/dice.ts';
import { userNamed } from '../../simulator/world.ts';

/** A thousand runs with `CUTS=full`; `CUTS_SEED=n` for one world alone. */
const [WORLDS, RUNS] = process.env['CUTS'] === 'full' ? [20, 50] : [3, 12];
const ALONE = process.env['CUTS_SEED'];
const SEEDS =
  ALONE === undefined ? Array.from({ length: WORLDS }, (_, index) => index + 1) : [Number(ALONE)];

/** The same world each time: a Wednesday morning. */
const BEGINNING = Date.UTC(2026, 9, 14, 9);
/** Moments of a run at which something changes, on average: more, and the world would grow without end. */
const MOMENTS = 2.5;
/** Listings of its own tier in which a meeting that is gone must be found. */
const LISTINGS = 3;
/** A listing says nothing of what starts so close to its bounds. */
const EDGE_MS = HOUR_MS;
const PLACES = [
  { story: 'firm:22', scope: 'organization', pageSize: 5 },
  { story: 'firm:22', scope: 'organization', pageSize: 3 },
  { story: 'firm:30', scope: 'user', pageSize: 2 },
  { story: 'thousand:30', scope: 'user', pageSize: 2 },
] as const;

let world: SyncWorld;
let time: VirtualTime;
let dice: Dice;
let versions: TruthVersions;
/** What happened between the pages of this run; null: no run is under way. */
let changes: string[] | null = null;
let shiftedPages = 0;
/** Pages of all listings of this run so far, and of the run before. */
let [pages, pagesBefore] = [0, 1];
/** Meetings that are gone, each with the time since when, and the listings that have not shown it. */
let gone: Map<string, { since: number; listings: number }>;
let everGone: Set<string>;
let given: Set<string>;
let vanished: ReadonlySet<string>;
/** Each row as it was last seen: what had vanished comes back as it was. */
let lastKnown: Map<string, string>;
afterEach(() => world.close());

it.each(SEEDS)(
  `${RUNS} runs whose listings change from page to page leave rows true, in world %i`,
  { timeout: 240_000 },
  async (seed) => {
    await begin(seed);
    for (let run = 1; run <= RUNS; run += 1) {
      time.pass(dice.pick([15, 15, 15, 15, 15, 60, 60, 60, 400]) * MINUTE_MS);
      await runAmongChanges(`CUTS_SEED=${seed}, run ${run}`);
    }
    expect(shiftedPages).toBeGreaterThan(RUNS / 2);
    await expectAllTrue();
  },
);

async function begin(seed: number): Promise<void> {
  dice = createDice(`between pages ${seed}`);
  time = createVirtualTime(BEGINNING);
  [changes, shiftedPages, pages, pagesBefore] = [null, 0, 0, 1];
  [gone, everGone, given, vanished] = [new Map(), new Set(), new Set(), new Set()];
  lastKnown = new Map();
  world = await makeSyncWorld({
    ...dice.pick(PLACES),
    time,
    inTiers: true,
    readings: {
      calendarPushMs: 0,
      pagesBy: dice.pick(['key', 'offset']),
      boundsInclusive: dice.chance(0.5),
      tokenBoundToSpelling: dice.chance(0.5),
      updatedAtMovesOnNoShow: dice.chance(0.5),
      updatedAtMovesOnGroupJoin: dice.chance(0.5),
      updatedAtMovesOnReassign: dice.chance(0.5),
    },
    onRequest({ path, query }) {
      if (path === '/scheduled_events') changeSome(query.includes('page_token'));
    },
  });
  versions = createTruthVersions(world.simulator.world, () => time.now());
  expect(await world.sync()).toMatchObject({ state: 'done' });
}

function changeSome(isBehindAPage: boolean): void {
  if (changes === null) return;
  const { simulator } = world;
  pages += 1;
  if (!dice.chance(Math.min(1, MOMENTS / pagesBefore))) return;
  for (let left = dice.whole(1, 3); left > 0; left -= 1) {
    // what is gone moves the rows behind it into pages that have been read
    const removal = dice.chance(0.25) ? makeRemoval(simulator, dice, vanished) : undefined;
    const { about, removed, reassigned } = removal ?? makeMove(simulator, dice, vanished);
    changes.push(about);
    if (isBehindAPage) shiftedPages += 1;
    if (reassigned !== undefined) given.add(reassigned);
    if (removed === undefined) continue;
    everGone.add(removed);
    // others' meetings have no row, and where one was given to them no listing of ours is about it
    if (!lastKnown.has(removed) || given.has(removed)) continue;
    gone.set(removed, { since: time.now(), listings: 0 });
  }
  versions.look();
}

async function runAmongChanges(about: string): Promise<void> {
  const before = await imageOfRows(world.db, world.workspaceId);
  for (const [uri, text] of before) lastKnown.set(uri, text);
  versions.begin();
  world.simulator.clearRequests();
  changes = [];
  pages = 0;
  const run = await world.sync();
  const told = [about, ...changes].join('\n');
  changes = null;
  pagesBefore = pages;

  // the invitees of a meeting that was listed and is gone before they are asked for
  const mayLack = gone.size > 0 && run.error_code === 'calendly.not_found';
  if (!mayLack) expect(run, told).toMatchObject({ state: 'done', error_code: null });
  const rows = await imageOfRows(world.db, world.workspaceId);
  vanished = await vanishedMeetings();
  const isHidden = (uri: string): boolean => vanished.has(uri.split('/invitees/')[0] ?? '');
  expect(versions.torn(rows, lastKnown), told).toEqual([]);
  expect(
    [...before.keys()].filter((uri) => !rows.has(uri) && !isHidden(uri)),
    told,
  ).toEqual([]);
  expect(
    [...vanished].filter((uri) => !everGone.has(uri)),
    told,
  ).toEqual([]);
  expect(stillThere(await shownMeetings()), told).toEqual([]);
}

async function vanishedMeetings(): Promise<Set<string>> {
  const { rows } = await world.db.query<{ uri: string }>(
    'select calendly_uri as uri from meetings where vanished_at is not null',
  );
  return new Set(rows.map(({ uri }) => uri));
}

/** Meetings that slipped between pages and were shown when asked for: until a day later nobody asks again. */
async function shownMeetings(): Promise<Set<string>> {
  const { rows } = await world.db.query<{ uri: string }>(
    `select m.calendly_uri as uri from meetings m
     join meeting_sightings s on s.workspace_id = m.workspace_id and s.meeting_id = m.id
     where s.shown_at > $1::timestamptz - interval '1 day'`,
    [await world.db.clock()],
  );
  return new Set(rows.map(({ uri }) => uri));
}

/** Meetings that are gone and have not vanished, although enough listings of their tier have been read without them. */
function stillThere(shown: ReadonlySet<string>): string[] {
  const { events } = world.simulator.world;
  return [...gone].flatMap(([uri, missed]) => {
    const event = events.get(uri);
    if (event?.hidden !== true || vanished.has(uri)) {
      gone.delete(uri);
      return [];
    }
    if (shown.has(uri)) missed.since = time.now();
    const startsAt = Date.parse(event.wire.start_time);
    missed.listings += listingsSince(missed.since).filter(
      ([from, to]) => startsAt > from + EDGE_MS && startsAt < to - EDGE_MS,
    ).length;
    return missed.listings >= LISTINGS ? [`${uri} after ${missed.listings} listings`] : [];
  });
}

/** Bounds of the listings of this run that began after `since`. */
function listingsSince(since: number): (readonly [from: number, to: number])[] {
  return world.simulator.requests
    .filter(({ path, query, at }) => path === '/scheduled_events' && at > since && isFirst(query))
    .map(({ query }) => new URLSearchParams(query))
    .map((query) => [
      Date.parse(query.get('min_start_time') ?? ''),
      Date.parse(query.get('max_start_time') ?? ''),
    ]);
}

function isFirst(query: string): boolean {
  return !query.includes('page_token');
}

/** Nothing changes any more: a day later one whole run, and a second one for what is gone, and every row is true. */
async function expectAllTrue(): Promise<void> {
  time.pass(25 * HOUR_MS);
  expect(await world.sync({ full: true })).toMatchObject({ state: 'done' });
  time.pass(11 * MINUTE_MS);
  expect(await world.sync()).toMatchObject({ state: 'done' });
  const truth = world.simulator.truth();
  const { uri: host } = userNamed(world.simulator.world, 'host');
  const { scope } = await world.connection();
  const mine = truth.filter(
    ({ event }) =>
      scope === 'organization' || event.event_memberships.some(({ user }) => user === host),
  );
  const isMine = new Set(mine.map(({ event }) => event.uri));
  // what was given to a colleague is followed to there, and is the colleague's from then on
  const rows = [...(await imageOfRows(world.db, world.workspaceId))].filter(([uri]) => {
    const meeting = uri.split('/invitees/')[0] ?? '';
    return isMine.has(meeting) || !given.has(meeting);
  });
  expect(differences(new Map(rows), imageOfTruth(mine, time.now()))).toEqual([]);
}
