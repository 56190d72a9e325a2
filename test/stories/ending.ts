/** The end of a story: nothing goes wrong any more, and one cycle makes every column true. */
import { expect } from 'vitest';
import {
  imageOfRows,
  imageOfTruth,
  differences,
  type MirrorImage,
} from '../harness/mirror-truth.ts';
import { rowMarks, rowsWritten } from '../harness/mirror-writes.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../harness/virtual-time.ts';
import { spoil } from './fault.ts';
import { type Story, truthOf, tryRun } from './story.ts';

const IDLE_REQUESTS = 3;
const TOKEN_LIFE_MS = 5 * MINUTE_MS;

export async function endStory(story: Story): Promise<void> {
  const { world, clock } = story;
  spoil(story, []);
  // a list in pieces proves no absence, and where tokens die at once each list of two pages is in pieces
  world.simulator.world.readings.pageTokenLifeMs = TOKEN_LIFE_MS;
  // what a wrong clock wrote is in the past again, and what was refused singly is asked for once more
  clock.set(0);
  clock.pass(Math.max(2 * HOUR_MS, story.refusedUntil - clock.theirs() + HOUR_MS));
  expect((await tryRun(story, { full: true })).run).toMatchObject({ state: 'done' });
  // two reads ten minutes apart must say that a meeting is gone
  clock.pass(11 * MINUTE_MS);
  expect((await tryRun(story)).run).toMatchObject({ state: 'done' });
  expect(await driftOf(story)).toEqual([]);
  await expectNothingLeft(story);

  const before = await rowMarks(world.db);
  const written = await rowsWritten(world.db);
  world.simulator.clearRequests();
  const { run } = await tryRun(story);
  expect(run).toMatchObject({ state: 'done', created: 0, updated: 0, canceled: 0, vanished: 0 });
  // which tables first, which says more
  expect(await rowsWritten(world.db)).toEqual(written);
  expect(await rowMarks(world.db)).toBe(before);
  const pages = world.simulator.counts.get('GET /scheduled_events') ?? 0;
  expect((run?.requests ?? 0) - pages).toBeLessThanOrEqual(IDLE_REQUESTS - 1);
}

/** What differs from Calendly in the mirrored range; the meetings of others are theirs. */
export async function driftOf(story: Story): Promise<string[]> {
  const { world, clock } = story;
  const now = clock.theirs();
  const isInRange = (start: string): boolean =>
    Date.parse(start) > now - 730 * DAY_MS && Date.parse(start) < now + 365 * DAY_MS;
  const everything = world.simulator.truth();
  const mine = new Set(
    truthOf(story)
      .filter(({ event }) => isInRange(event.start_time))
      .map(({ event }) => event.uri),
  );
  const others = new Set(everything.map(({ event }) => event.uri).filter((uri) => !mine.has(uri)));
  // what was given to another host is followed to there, and from then on that host's
  const given = (uri: string): boolean =>
    story.scope === 'user' && story.reassigned.has(uri) && !mine.has(uri);
  const truth = imageOfTruth(
    everything.filter(({ event }) => mine.has(event.uri)),
    now,
  );
  const rows = new Map(
    [...(await imageOfRows(world.db, world.workspaceId))].filter(
      ([uri]) => !others.has(meetingOf(uri)) && !given(meetingOf(uri)),
    ),
  );
  return differences(...(await withoutHeldTimes(story, rows, truth)));
}

function meetingOf(uri: string): string {
  return uri.split('/invitees/')[0] ?? uri;
}

/** `updated_at` of what was changed in the future, by our clock then, stays held to that time: so has `verify` it. */
async function withoutHeldTimes(
  { world }: Story,
  rows: MirrorImage,
  truth: MirrorImage,
): Promise<[MirrorImage, MirrorImage]> {
  const { rows: flagged } = await world.db.query<{ uri: string }>(
    `select calendly_uri as uri from meetings where 'updated_in_future' = any(flags)
     union all select calendly_uri from invitees where 'updated_in_future' = any(flags)`,
  );
  const held = new Set(flagged.map(({ uri }) => uri));
  const strip = (image: MirrorImage): MirrorImage =>
    new Map(
      [...image].map(([uri, text]) => [
        uri,
        held.has(uri) ? text.replace(/"source_updated_at":"[^"]*"/, '') : text,
      ]),
    );
  return [strip(rows), strip(truth)];
}

async function expectNothingLeft({ world }: Story): Promise<void> {
  const { rows } = await world.db.query(
    `select (select count(*) from sync_runs where state in ('queued', 'running')) as unfinished,
       (select count(*) from queued_reads where next_try_at <= $1) as owed,
       (select count(*) from set_aside) as set_aside,
       (select count(*) from invitees where link_pending) as unlinked,
       (select state from calendly_connections) as state`,
    [await world.db.clock()],
  );
  expect(rows).toEqual([{ unfinished: 0, owed: 0, set_aside: 0, unlinked: 0, state: 'active' }]);
}
