/** The daily proof over several processes on one database: each connection once a day, at its own minute. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { createHandClock, type HandClock } from '../../test/harness/hand-clock.ts';
import { seedConnection } from '../../test/harness/sync-world.ts';
import { createLog } from '../base/log.ts';
import type { Clock } from '../base/time.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import { type DailyProof, proofSlot, startDailyProof } from './daily-proof.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 2, 4, 12);

interface Process {
  clock: HandClock;
  daily: DailyProof;
  /** Whether it waits for its next look. */
  isResting(): boolean;
}

interface Call {
  id: string;
  day: number;
}

let fresh: FreshDatabase;
/** What the database's clock says; the processes' own only wait. */
let databaseMs = NOON;
let processes: Process[] = [];
let calls: Call[] = [];
let lines: { msg: string; connection_id?: string }[] = [];
let prove: (call: Call) => Promise<unknown> = async () => undefined;

beforeAll(async () => {
  fresh = await freshDatabase('postgres', {
    clock: () => Promise.resolve(timestampFromMs(databaseMs)),
  });
});
afterAll(() => fresh.drop());
beforeEach(async () => {
  await fresh.db.script('truncate schedule_slots; truncate workspaces cascade;');
  [calls, lines, processes] = [[], [], []];
  prove = async () => undefined;
});
afterEach(stopAll);

async function stopAll(): Promise<void> {
  await Promise.all(processes.map(({ daily }) => daily.stop()));
}

/** Active connections that have been read once. */
async function connect(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) {
    ids.push((await seedConnection(fresh.db, 'user')).connectionId);
  }
  await fresh.db.query('update calendly_connections set last_complete_at = created_at');
  return ids;
}

function start(at: number): void {
  databaseMs = at;
  const clock = createHandClock(at);
  let resting = 0;
  const watched: Clock = {
    ...clock,
    async sleep(ms, signal) {
      resting += 1;
      await clock.sleep(ms, signal).finally(() => (resting -= 1));
    },
  };
  const daily = startDailyProof({
    db: fresh.db,
    clock: watched,
    log: createLog({
      level: 'info',
      format: 'json',
      write: (line) => lines.push(JSON.parse(line)),
    }),
    owner: `host:${processes.length}:x`,
    prove(connection, day) {
      const call = { id: connection.id, day };
      calls.push(call);
      return prove(call);
    },
  });
  processes.push({ clock, daily, isResting: () => resting === 1 });
}

/** Sets all clocks to `time` and lets every process look once. */
async function lookAt(time: number): Promise<void> {
  databaseMs = time;
  for (const { clock } of processes) await clock.jump(time - MINUTE);
  await Promise.all(processes.map(({ clock }) => clock.advance(MINUTE)));
  await rested();
}

async function rested(): Promise<void> {
  await vi.waitFor(() => expect(processes.every((one) => one.isResting())).toBe(true), {
    timeout: 10_000,
    interval: 2,
  });
}

test('three processes prove each connection once a day, at minutes of its own', async () => {
  const ids = await connect(5);
  for (let made = 0; made < 3; made += 1) start(NOON);
  await lookAt(NOON);
  const first = Math.floor((NOON - 12 * HOUR) / DAY);
  calls = [];
  for (let time = NOON + HOUR; time <= NOON + 3 * DAY; time += HOUR) {
    const due = ids.filter((id) => proofSlot(id, time) > time - HOUR);
    const before = calls.length;
    await lookAt(time);
    expect(
      calls
        .slice(before)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(due.sort());
  }
  for (const id of ids) {
    const days = calls.filter((call) => call.id === id).map(({ day }) => day);
    const isMorning = proofSlot(id, NOON) >= NOON - 12 * HOUR;
    const from = isMorning ? first + 1 : first;
    expect(days).toEqual([from, from + 1, from + 2]);
  }
  const { rows } = await fresh.db.query<{ slots: number; owners: number }>(
    'select count(*) as slots, count(distinct claimed_by) as owners from schedule_slots',
  );
  expect(rows[0]?.slots).toBe(20);
});

test('the minutes of many connections are spread over the day', () => {
  const minutes = Array.from({ length: 1440 }, (_, number) =>
    proofSlot(`connection ${number}`, NOON),
  );
  expect(minutes.every((at) => at <= NOON && at > NOON - DAY)).toBe(true);
  const hours = Map.groupBy(minutes, (at) => Math.floor((at - 1) / HOUR));
  expect(hours.size).toBe(24);
  expect(Math.max(...[...hours.values()].map((list) => list.length))).toBeLessThan(100);
});

test('a process that was away for days proves each connection once when it is back', async () => {
  const [id = ''] = await connect(1);
  start(NOON);
  await lookAt(NOON);
  await lookAt(NOON + 5 * DAY);
  await lookAt(NOON + 5 * DAY + MINUTE);
  expect(calls.map((call) => call.id)).toEqual([id, id]);
  expect((calls[1]?.day ?? 0) - (calls[0]?.day ?? 0)).toBe(5);
});

test('a connection is proven once its open run is over', async () => {
  const [id = ''] = await connect(1);
  await fresh.db.query(
    `insert into sync_runs (workspace_id, id, connection_id, trigger, state, queued_at)
     select workspace_id, id, id, 'api', 'queued', created_at from calendly_connections`,
  );
  start(NOON);
  await lookAt(NOON);
  expect(calls).toEqual([]);
  await fresh.db.query(`update sync_runs set state = 'done'`);
  await lookAt(NOON + MINUTE);
  expect(calls.map((call) => call.id)).toEqual([id]);
});

test('connections that are paused, refused, or were never read are left alone', async () => {
  const [paused, refused, unread, active] = await connect(4);
  const set = (id: string | undefined, change: string): Promise<unknown> =>
    fresh.db.query(`update calendly_connections set ${change} where id = $1`, [id ?? '']);
  await set(paused, `state = 'paused'`);
  await set(refused, `state = 'needs_reauth'`);
  await set(unread, 'last_complete_at = null');
  start(NOON);
  await lookAt(NOON);
  expect(calls.map(({ id }) => id)).toEqual([active]);
});

test('a proof that cannot be made is said, and the others and the next day go on', async () => {
  const [first = '', second = ''] = await connect(2);
  prove = ({ id }) =>
    id === first ? Promise.reject(new Error('Calendly is away')) : Promise.resolve();
  start(NOON);
  await lookAt(NOON);
  await lookAt(NOON + DAY);
  expect(calls.map(({ id }) => id).sort()).toEqual([first, first, second, second].sort());
  expect(lines.map(({ msg, connection_id: id }) => [msg, id])).toEqual([
    ['A daily proof could not be made', first],
    ['A daily proof could not be made', first],
  ]);
});

test('no more than two are proven at once, and a stop waits for none of them', async () => {
  await connect(5);
  const ends: (() => void)[] = [];
  prove = () => new Promise<void>((resolve) => ends.push(resolve));
  start(NOON);
  const [only] = processes;
  await only?.clock.advance(MINUTE);
  for (let proven = 2; proven <= 4; proven += 1) {
    await vi.waitFor(() => expect(calls).toHaveLength(proven), { interval: 2 });
    if (proven < 4) ends.shift()?.();
  }
  await stopAll();
  expect(calls).toHaveLength(4);
  expect(ends).toHaveLength(2);
});
