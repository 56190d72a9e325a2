/** The schedule over several processes on one database: each slot once, whatever the clocks do. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { createHandClock, type HandClock } from '../../test/harness/hand-clock.ts';
import { createLog } from '../base/log.ts';
import { isSchedulerAlive } from '../store/slots.ts';
import { type Scheduler, startScheduler } from './scheduler.ts';
import type { SlotRequest } from './slot-run.ts';

const NOON = Date.UTC(2026, 2, 4, 12);
const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;

interface Process {
  clock: HandClock;
  lines: string[];
  calls: SlotRequest[];
  scheduler: Scheduler;
}

let fresh: FreshDatabase;
let processes: Process[] = [];
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.drop());
beforeEach(() => fresh.db.script('truncate schedule_slots; truncate processes;'));
afterEach(async () => {
  await stopAll();
  processes = [];
});

async function start(
  options: { at?: number; cron?: string; sync?: (request: SlotRequest) => Promise<void> } = {},
): Promise<Process> {
  const clock = createHandClock(options.at ?? NOON + 7 * MINUTE);
  const lines: string[] = [];
  const calls: SlotRequest[] = [];
  const id = `host:${processes.length}:x`;
  const scheduler = await startScheduler({
    db: fresh.db,
    clock,
    log: createLog({
      level: 'info',
      format: 'json',
      write: (line) => lines.push(String(JSON.parse(line).msg)),
    }),
    self: { id, host: 'host', pid: processes.length },
    cron: options.cron ?? '*/15 * * * *',
    async sync(request) {
      calls.push(request);
      await options.sync?.(request);
    },
  });
  const started = { clock, lines, calls, scheduler };
  processes.push(started);
  return started;
}

/** Waits for all that goes on, too: what was called after it was called in time. */
async function stopAll(): Promise<void> {
  await Promise.all(processes.map(({ scheduler }) => scheduler.stop()));
}

const scheduled = (): number =>
  processes.flatMap(({ calls }) => calls).filter(({ trigger }) => trigger === 'schedule').length;

async function slots(): Promise<string[]> {
  const { rows } = await fresh.db.query<{ slot: string }>(
    'select slot from schedule_slots order by slot',
  );
  return rows.map(({ slot }) => slot.slice(11, 16));
}

async function until(count: number): Promise<void> {
  await vi.waitFor(() => expect(scheduled()).toBe(count), { timeout: 10_000, interval: 5 });
}

test('three processes on one database serve each slot once, together and staggered', async () => {
  await start();
  await start({ at: NOON + 7 * MINUTE + 900 });
  await start({ at: NOON + 6 * MINUTE });
  for (let slot = 1; slot <= 4; slot += 1) {
    await Promise.all(processes.map(({ clock }) => clock.advance(QUARTER)));
    await until(slot);
  }
  await stopAll();
  expect(await slots()).toEqual(['12:15', '12:30', '12:45', '13:00']);
  expect(scheduled()).toBe(4);
});

test('a process that wakes late for a slot that another has served does nothing', async () => {
  const prompt = await start();
  const late = await start();
  await prompt.clock.advance(QUARTER);
  await until(1);
  await late.clock.advance(QUARTER + 3 * MINUTE);
  await stopAll();
  expect(scheduled()).toBe(1);
  expect(late.calls.map(({ trigger }) => trigger)).toEqual(['start']);
});

test('after slots that were slept through only the last is served', async () => {
  const { clock } = await start();
  await clock.jump(NOON + 3 * 60 * MINUTE + 2 * MINUTE);
  await clock.advance(MINUTE);
  await until(1);
  await stopAll();
  expect(await slots()).toEqual(['15:00']);
});

test('a clock that is set back serves no slot again, and the slots from then on', async () => {
  const { clock } = await start();
  await clock.advance(QUARTER);
  await until(1);
  await clock.jump(NOON + 14 * MINUTE);
  await clock.advance(2 * MINUTE);
  await clock.jump(NOON - 62 * MINUTE);
  await clock.advance(3 * MINUTE);
  await until(2);
  await stopAll();
  expect(await slots()).toEqual(['11:00', '12:15']);
  expect(scheduled()).toBe(2);
});

test('the first run comes five seconds after the start and leaves out the last slot', async () => {
  const { calls, clock } = await start();
  await clock.advance(4999);
  expect(calls).toEqual([]);
  await clock.advance(1);
  expect(calls).toMatchObject([{ trigger: 'start', notSince: '2026-03-04T12:00:00.000000Z' }]);
});

test('the log says when the next sync is, computed at the end of each', async () => {
  const held: { clock?: HandClock } = {};
  const started = await start({
    at: NOON + 7 * MINUTE,
    sync: async ({ trigger }) => {
      if (trigger === 'schedule') await held.clock?.jump(NOON + 17 * MINUTE + 30_000);
    },
  });
  const { clock } = started;
  held.clock = clock;
  await clock.advance(5000);
  await clock.advance(8 * MINUTE - 5000);
  await vi.waitFor(() => expect(started.lines).toHaveLength(5));
  expect(started.lines).toEqual([
    '🚀 Starting automatic sync scheduler...',
    '✅ Sync scheduler started successfully',
    '📅 Calendly sync will run every 15 minutes',
    '⏰ Next sync in 8 minutes',
    '⏰ Next sync in 13 minutes',
  ]);
});

test.each([
  ['*/15 * * * *', 'every 15 minutes', '⏰ Next sync in 15 minutes'],
  ['*/30 * * * *', 'every 30 minutes', '⏰ Next sync in 30 minutes'],
  ['0 * * * *', 'every hour', '⏰ Next sync in 60 minutes'],
  ['* * * * *', 'every minute', '⏰ Next sync in 1 minutes'],
  ['5 4 * * *', '5 4 * * *', '⏰ Next sync in 965 minutes'],
])('the schedule %s is said as "%s"', async (cron, words, next) => {
  const { clock, lines } = await start({ at: NOON - 5000, cron });
  await clock.advance(5000);
  expect(lines[2]).toBe(`📅 Calendly sync will run ${words}`);
  await vi.waitFor(() => expect(lines).toContain(next));
});

test('a sync that fails is logged and the next slot is served', async () => {
  const started = await start({
    sync: () => Promise.reject(new Error('Postgres is away')),
  });
  await started.clock.advance(QUARTER);
  await until(1);
  await started.clock.advance(QUARTER);
  await until(2);
  await vi.waitFor(() =>
    expect(
      started.lines.filter((line) => line === 'The scheduler met a fault and goes on'),
    ).toHaveLength(3),
  );
});

test('a scheduler counts as alive until it stops', async () => {
  expect(await isSchedulerAlive(fresh.db)).toBe(false);
  await start();
  expect(await isSchedulerAlive(fresh.db)).toBe(true);
  await stopAll();
  expect(await isSchedulerAlive(fresh.db)).toBe(false);
});

test('a stop ends the sync that is under way', async () => {
  const { clock, calls } = await start({
    sync: ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  });
  await clock.advance(QUARTER);
  await until(1);
  await stopAll();
  expect(calls.every(({ signal }) => signal.aborted)).toBe(true);
});
