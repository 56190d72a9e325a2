/** The schedule over several processes on one database: each slot once, whatever the clocks do. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { heldDb } from '../../test/slots/held-db.ts';
import { createSharedTime, type Machine, type SharedTime } from '../../test/slots/shared-time.ts';
import { createLog } from '../base/log.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import { isSchedulerAlive } from '../store/slots.ts';
import { type Scheduler, startScheduler } from './scheduler.ts';
import type { SlotRequest } from './slot-run.ts';

const NOON = Date.UTC(2026, 2, 4, 12);
const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;

interface Process {
  machine: Machine;
  lines: string[];
  calls: SlotRequest[];
  scheduler: Scheduler;
}

let fresh: FreshDatabase;
let time: SharedTime;
/** By how much the database's clock differs from the time. */
let skew = 0;
/** Whether the database refuses what is asked about slots. */
let refuses = false;
let processes: Process[] = [];
beforeAll(async () => {
  const clock = (): Promise<string> => Promise.resolve(timestampFromMs(time.now() + skew));
  fresh = await freshDatabase('postgres', { clock });
});
afterAll(() => fresh.drop());
beforeEach(async () => {
  begin(NOON + 7 * MINUTE);
  await fresh.db.script('truncate schedule_slots; truncate processes;');
});
afterEach(stopAll);

function begin(at: number): void {
  time = createSharedTime(at);
  skew = 0;
  refuses = false;
  processes = [];
}

interface Options {
  cron?: string;
  /** By how much the process's own clock differs from the time. */
  skew?: number;
  sync?: (request: SlotRequest, machine: Machine) => Promise<void>;
}

async function start(options: Options = {}): Promise<Process> {
  const machine = time.machine();
  machine.set(options.skew ?? 0);
  const lines: string[] = [];
  const calls: SlotRequest[] = [];
  const pid = processes.length;
  const db = heldDb(fresh.db, time);
  const scheduler = await startScheduler({
    db: {
      ...db,
      query: (text, params) =>
        refuses && text.includes('schedule_slots')
          ? Promise.reject(new Error('Postgres is away'))
          : db.query(text, params),
    },
    clock: machine.clock,
    log: createLog({
      level: 'info',
      format: 'json',
      write: (line) => lines.push(String(JSON.parse(line).msg)),
    }),
    self: { id: `host:${pid}:x`, host: 'host', pid },
    cron: options.cron ?? '*/15 * * * *',
    async sync(request) {
      calls.push(request);
      await options.sync?.(request, machine);
    },
  });
  const started = { machine, lines, calls, scheduler };
  processes.push(started);
  return started;
}

async function stopAll(): Promise<void> {
  await Promise.all(processes.map(({ scheduler }) => scheduler.stop()));
}

const pass = (ms: number): Promise<void> => time.passTo(time.now() + ms);
const passTo = (ms: number): Promise<void> => time.passTo(NOON + ms);

const scheduled = (): number =>
  processes.flatMap(({ calls }) => calls).filter(({ trigger }) => trigger === 'schedule').length;

async function slots(): Promise<string[]> {
  const { rows } = await fresh.db.query<{ slot: string }>(
    'select slot from schedule_slots order by slot',
  );
  return rows.map(({ slot }) => slot.slice(11, 16));
}

test('three processes on one database serve each slot once, together and staggered', async () => {
  await start();
  await start();
  await pass(7 * 60_000);
  await start();
  await passTo(60 * MINUTE);
  expect(await slots()).toEqual(['12:00', '12:15', '12:30', '12:45', '13:00']);
  expect(scheduled()).toBe(4);
});

test('the slots are those of the database’s clock, however wrong the clocks of the processes are', async () => {
  const early = await start({ skew: 2 * 60 * MINUTE });
  const late = await start({ skew: -2 * 60 * MINUTE });
  await passTo(30 * MINUTE);
  expect(await slots()).toEqual(['12:00', '12:15', '12:30']);
  expect(scheduled()).toBe(2);
  for (const { calls } of [early, late]) {
    const notSince = '2026-03-04T12:00:00.000000Z';
    expect(calls[0]).toMatchObject({ trigger: 'start', notSince });
  }
});

test('a process that wakes late for a slot that another has served does nothing', async () => {
  await start();
  const late = await start();
  await pass(MINUTE);
  late.machine.freeze('stopped');
  await pass(QUARTER);
  expect(scheduled()).toBe(1);
  late.machine.thaw();
  await pass(3 * MINUTE);
  expect(scheduled()).toBe(1);
  expect(late.calls.map(({ trigger }) => trigger)).toEqual(['start']);
});

test('after slots that were slept through only the last is served', async () => {
  const { machine } = await start();
  machine.freeze('asleep');
  await passTo(3 * 60 * MINUTE + 2 * MINUTE);
  machine.thaw();
  await pass(MINUTE);
  expect(await slots()).toEqual(['15:00']);
});

test('what a first run has caught up with is left alone by those that wake later', async () => {
  const sleeper = await start();
  await pass(MINUTE);
  sleeper.machine.freeze('stopped');
  await passTo(3 * 60 * MINUTE + 2 * MINUTE);
  await start();
  await pass(10_000);
  sleeper.machine.thaw();
  await pass(MINUTE);
  expect(scheduled()).toBe(0);
  expect(await slots()).toEqual(['12:00', '15:00']);
});

test('a slot that the database did not take is asked for again', async () => {
  await start();
  await passTo(14 * MINUTE);
  refuses = true;
  await passTo(17 * MINUTE);
  expect(scheduled()).toBe(0);
  refuses = false;
  await pass(31_000);
  expect(await slots()).toEqual(['12:00', '12:15']);
  expect(scheduled()).toBe(1);
});

test('a clock of the database that is set back serves no slot again, and the slots from then on', async () => {
  await start();
  await passTo(16 * MINUTE);
  expect(scheduled()).toBe(1);
  skew = -2 * MINUTE;
  await pass(2 * MINUTE);
  expect(scheduled()).toBe(1);
  skew = -80 * MINUTE;
  await pass(3 * MINUTE);
  expect(await slots()).toEqual(['11:00', '12:00', '12:15']);
  expect(scheduled()).toBe(2);
});

test('the first run comes five seconds after the start and leaves out the last slot', async () => {
  const { calls } = await start();
  await pass(4999);
  expect(calls).toEqual([]);
  await pass(1);
  expect(calls).toMatchObject([{ trigger: 'start', notSince: '2026-03-04T12:00:00.000000Z' }]);
});

test('the log says when the next sync is, computed at the end of each', async () => {
  const started = await start({
    sync: async ({ trigger, signal }, { clock }) => {
      if (trigger === 'schedule') await clock.sleep(2 * MINUTE + 30_000, signal);
    },
  });
  await passTo(18 * MINUTE);
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
  begin(NOON - 5000);
  const { lines } = await start({ cron });
  await pass(5000);
  expect(lines[2]).toBe(`📅 Calendly sync will run ${words}`);
  expect(lines).toContain(next);
});

test('a sync that fails is logged and the next slot is served', async () => {
  const { lines } = await start({
    sync: () => Promise.reject(new Error('Postgres is away')),
  });
  await passTo(31 * MINUTE);
  expect(scheduled()).toBe(2);
  const faults = lines.filter((line) => line === 'The scheduler met a fault and goes on');
  expect(faults).toHaveLength(3);
});

test('a scheduler counts as alive until it stops', async () => {
  expect(await isSchedulerAlive(fresh.db)).toBe(false);
  await start();
  await pass(5 * MINUTE);
  expect(await isSchedulerAlive(fresh.db)).toBe(true);
  await stopAll();
  expect(await isSchedulerAlive(fresh.db)).toBe(false);
});

test('a stop ends the sync that is under way', async () => {
  const { calls } = await start({
    sync: ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  });
  await pass(QUARTER);
  expect(scheduled()).toBe(1);
  await stopAll();
  expect(calls.every(({ signal }) => signal.aborted)).toBe(true);
});
