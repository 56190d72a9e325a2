/** What an ordinary day costs in requests, and how soon what changes anywhere in the range is in the rows. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  makeSyncWorld,
  type SyncWorld,
  type SyncWorldOptions,
} from '../../test/harness/sync-world.ts';
import {
  createVirtualTime,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  type VirtualTime,
} from '../../test/harness/virtual-time.ts';
import type { Run } from '../store/runs.ts';

const SLOTS_OF_A_DAY = 96;
/** Where it does not matter how many there are. */
const SMALL = 'adviser:90';

let world: SyncWorld;
let time: VirtualTime;
afterEach(() => world.close());

async function makeWorld(options: Partial<SyncWorldOptions> = {}): Promise<void> {
  time = createVirtualTime();
  world = await makeSyncWorld({ story: 'adviser:300', time, inTiers: true, ...options });
  expect(await world.sync()).toMatchObject({ state: 'done' });
}

function nextRun(ms = 15 * MINUTE_MS): Promise<Run> {
  time.pass(ms);
  return world.sync();
}

/** Meetings that start from `from` to `to` days from now. */
function between(from: number, to: number): { uri: string; invitee: string }[] {
  const now = time.now();
  return world.simulator
    .truth()
    .filter(({ event }) => {
      const days = (Date.parse(event.start_time) - now) / DAY_MS;
      return days > from && days < to && event.status === 'active';
    })
    .map(({ event, invitees }) => ({ uri: event.uri, invitee: invitees[0]?.uri ?? '' }));
}

async function silentChanges(): Promise<number> {
  const { rows } = await world.db.query<{ silent_changes: number }>(
    'select silent_changes from calendly_connections',
  );
  return rows[0]?.silent_changes ?? -1;
}

/** The bounds of each listing since the requests were last forgotten, in days from now. */
function listed(): { min: number; max: number }[] {
  const now = time.now();
  const days = (text: string | null): number =>
    Math.round(((Date.parse(text ?? '') - now) / DAY_MS) * 100) / 100;
  return world.simulator.requests
    .filter(({ path }) => path === '/scheduled_events')
    .map(({ query }) => new URLSearchParams(query))
    .map((query) => ({
      min: days(query.get('min_start_time')),
      max: days(query.get('max_start_time')),
    }));
}

describe('the listings of a run', () => {
  it('are the hot tier each time, the warm one each hour, and of the rest a slice now and then', async () => {
    await makeWorld();
    world.simulator.clearRequests();
    await nextRun(1000);
    expect(listed()).toEqual([{ min: -3, max: 366 }]);
    world.simulator.clearRequests();
    await nextRun(HOUR_MS);
    expect(listed()).toEqual([
      { min: -3, max: 366 },
      { min: -91, max: -2 },
    ]);
    world.simulator.clearRequests();
    const days: number[] = [];
    for (let slot = 0; slot < SLOTS_OF_A_DAY; slot += 1) {
      await nextRun();
      for (const { min, max } of listed()) if (max < -80) days.push(min, max);
      world.simulator.clearRequests();
    }
    // three slices that overlap, from end to end
    expect(days).toHaveLength(6);
    expect(days[0]).toBeLessThanOrEqual(-730);
    expect(days[5]).toBeGreaterThanOrEqual(-90);
    expect(days[1]).toBeGreaterThan(days[2] ?? 0);
    expect(days[3]).toBeGreaterThan(days[4] ?? 0);
  });

  it('are of the whole range when the setting has become wider, and only once', async () => {
    await makeWorld();
    const counts = async (): Promise<unknown> =>
      (
        await world.db.query('select past_days, future_days from listing_tiers where tier = $1', [
          'whole',
        ])
      ).rows;
    expect(await counts()).toEqual([{ past_days: 730, future_days: 365 }]);
    await world.db.query(`update listing_tiers set past_days = 100 where tier = 'whole'`);
    world.simulator.clearRequests();
    await nextRun();
    expect(listed()[0]).toEqual({ min: -731, max: 366 });
    expect(await counts()).toEqual([{ past_days: 730, future_days: 365 }]);
    world.simulator.clearRequests();
    await nextRun();
    expect(listed()).toEqual([{ min: -3, max: 366 }]);
  });

  it('are asked the same after a clock that ran ahead was set back', async () => {
    await makeWorld();
    time.pass(40 * DAY_MS);
    await nextRun();
    time.pass(-40 * DAY_MS);
    world.simulator.clearRequests();
    await nextRun();
    expect(listed().map(({ min }) => min)).toEqual([-3, -91, expect.any(Number)]);
  });
});

describe('a change that a listing shows', () => {
  it.each([
    { about: 'of a meeting to come', from: 0, to: 300, slots: 1 },
    { about: 'of last month', from: -40, to: -10, slots: 4 },
    { about: 'of last year', from: -500, to: -300, slots: SLOTS_OF_A_DAY },
  ])('$about is in the rows after $slots runs', async ({ from, to, slots }) => {
    await makeWorld({ story: SMALL });
    const { moves } = world.simulator;
    const [one, two] = between(from, to);
    moves.rename({ event: one?.uri ?? '', name: 'Renamed' });
    moves.cancel({ event: two?.uri ?? '' });
    for (let slot = 0; slot < slots; slot += 1) await nextRun();
    expect(await world.drift()).toEqual([]);
  });
});

describe('a change that no listing shows', () => {
  it('is found by the re-reads: upcoming within 6 hours, last week within a day, others within 30 days', async () => {
    await makeWorld();
    const { moves } = world.simulator;
    // the first reads were all at once; from now on they are spread
    for (let slot = 0; slot < 24; slot += 1) await nextRun();
    const mark = ([one]: { invitee: string }[]): string => {
      moves.markNoShow({ invitee: one?.invitee ?? '' });
      return one?.invitee ?? '';
    };
    const [soon, recent, old] = [between(1, 300), between(-5, 0), between(-600, -300)].map(mark);
    expect(await world.drift()).toHaveLength(3);
    for (let slot = 0; slot < 26; slot += 1) await nextRun();
    expect((await world.drift()).some((line) => line.includes(soon ?? '?'))).toBe(false);
    for (let slot = 0; slot < 74; slot += 1) await nextRun();
    expect((await world.drift()).some((line) => line.includes(recent ?? '?'))).toBe(false);
    // after a month all of them are due, each run reads its part
    time.pass(31 * DAY_MS);
    for (let run = 0; run < 300 && (await silentChanges()) < 3; run += 1) await nextRun(HOUR_MS);
    expect((await world.drift()).some((line) => line.includes(old ?? '?'))).toBe(false);
    expect(await silentChanges()).toBe(3);
  }, 120_000);

  it('is looked for evenly: each run makes its part of the re-reads, and no run many of them', async () => {
    await makeWorld({ story: 'adviser:150' });
    for (let slot = 0; slot < SLOTS_OF_A_DAY / 2; slot += 1) await nextRun();
    const invitees: number[] = [];
    for (let slot = 0; slot < SLOTS_OF_A_DAY; slot += 1) {
      world.simulator.clearRequests();
      await nextRun();
      invitees.push(world.simulator.counts.get('GET /scheduled_events/{}/invitees') ?? 0);
    }
    const upcoming = between(0, 366).length;
    expect(Math.max(...invitees)).toBeLessThanOrEqual(Math.ceil(upcoming / 24) + 3);
    const sum = invitees.reduce((total, count) => total + count, 0);
    expect(sum).toBeGreaterThanOrEqual(upcoming * 3);
  }, 120_000);
});
