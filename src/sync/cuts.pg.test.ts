/** A listing of forty pages, cut at a page in every way: rows stay as they were or become the truth. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../base/time.ts';
import {
  betweenFaults,
  differences,
  imageOfRows,
  imageOfTruth,
  type MirrorImage,
} from '../../test/harness/mirror-truth.ts';
import { makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';
import { cuts, type Cut } from '../../test/hostile/cuts.ts';
import { mostAtOnce } from './absence.ts';

const PAGES = 40;
/** Every page in every way with `CUTS=full`; else each way at a page of its own. */
const EVERY = process.env['CUTS'] === 'full';
const PAGE_SIZE = EVERY ? 5 : 2;
const TOTAL = PAGES * PAGE_SIZE;
/** Requests for one answer that fails. */
const TRIES = 2;

let world: SyncWorld;
/** The rows as the last case left them, which is as Calendly had them. */
let before: MirrorImage;
let cases = 0;

beforeAll(async () => {
  world = await makeSyncWorld({
    story: `thousand:${PAGES * PAGE_SIZE}`,
    readings: { calendarPushMs: 0 },
    spoiling: true,
    pageSize: PAGE_SIZE,
    limits: { tries: TRIES },
  });
  expect(await world.sync()).toMatchObject({ state: 'done', created: PAGES * PAGE_SIZE });
  before = await imageOfRows(world.db, world.workspaceId);
});

afterAll(async () => {
  const proof = await world.verify();
  await world.close();
  expect(proof).toMatchObject({ complete: true, missing: [], extra: [], different: [] });
  console.log(`cut listings: ${cases} cases`);
});

describe('a listing of forty pages', () => {
  it.each(cuts.map((cut, index) => ({ ...cut, pages: pagesOf(index) })))(
    'that ends in $way leaves rows as they were or true, and the next run makes them true',
    { timeout: 240_000 },
    async ({ pages, ...cut }) => {
      for (const page of pages) {
        await cutAt(page, cut);
        cases += 1;
      }
    },
  );
});

function pagesOf(way: number): number[] {
  if (EVERY) return Array.from({ length: PAGES }, (_, index) => index + 1);
  return [1 + ((way * 13) % PAGES)];
}

async function cutAt(page: number, cut: Cut): Promise<void> {
  const about = `page ${page}`;
  changeAround(page);
  const completeBefore = (await world.connection()).last_complete_at;
  world.spoil({ path: /^\/scheduled_events$/, after: page - 1, with: cut.reply });

  const run = await world.sync();

  const truth = imageOfTruth(world.simulator.truth(), systemClock.now());
  const after = await imageOfRows(world.db, world.workspaceId);
  expect(betweenFaults(after, { before, truth }), about).toEqual([]);
  expect(await hiddenRows(), about).toBe(0);
  const connection = await world.connection();
  const code = cut.code ?? (missingFrom(page) > mostAtOnce(TOTAL) ? 'run.mass_vanish' : null);
  expect(run, about).toMatchObject({
    state: cut.code !== null ? 'failed' : code === null ? 'done' : 'partial',
    error_code: code,
    vanished: 0,
    created: 0,
  });
  expect(connection.state, about).toBe(cut.connection);
  if (cut.code !== null) expect(connection.last_complete_at, about).toBe(completeBefore);

  world.spoil();
  const next = await world.sync();
  expect(next, about).toMatchObject({ state: 'done', vanished: 0, created: 0 });
  before = await imageOfRows(world.db, world.workspaceId);
  expect(differences(before, truth), about).toEqual([]);
  expect((await world.connection()).state, about).toBe('active');
  expect(await hiddenRows(), about).toBe(0);
  expect(run.requests + next.requests, about).toBeLessThanOrEqual(mostRequests(cut, page));
}

/** Meetings that a listing which seems to end before this page does not show. */
function missingFrom(page: number): number {
  return TOTAL - (page - 1) * PAGE_SIZE;
}

/**
 * The listing once (twice where the first seemed whole, and then a direct read of what it lacked), the page
 * of the seam, failed tries, one read for each change.
 */
function mostRequests(cut: Cut, page: number): number {
  const listings = cut.code === null ? 2 : 1;
  const doubted = cut.code === null ? Math.min(missingFrom(page), 100) : 0;
  const modes = 3;
  return doubted + listings * (PAGES + 1) + 1 + TRIES * modes + CHANGES;
}

const CHANGES = 4;

/** Something changes before, on and behind the page; nothing is booked, so that pages stay where they are. */
function changeAround(page: number): void {
  const truth = world.simulator.truth();
  const { moves } = world.simulator;
  const indexes = [page - 2, page - 1, page].map((each) => each * PAGE_SIZE + (cases % PAGE_SIZE));
  for (const index of indexes) {
    const uri = truth[(index + truth.length) % truth.length]?.event.uri;
    if (uri !== undefined) moves.rename({ event: uri, name: `Renamed ${cases} ${page}` });
  }
  const alive = truth.filter(({ event }) => event.status === 'active');
  const doomed = alive[(cases * 7) % alive.length];
  if (doomed !== undefined && alive.length > truth.length / 2) {
    moves.cancel({ event: doomed.event.uri });
  } else if (doomed !== undefined) {
    moves.addGuest({ event: doomed.event.uri, email: `guest.${cases}@clients.example` });
  }
}

async function hiddenRows(): Promise<number> {
  const { rows } = await world.db.query<{ hidden: number }>(
    `select (select count(*) from meetings where vanished_at is not null or absent_since is not null)
          + (select count(*) from invitees where vanished_at is not null) as hidden`,
  );
  return rows[0]?.hidden ?? -1;
}
