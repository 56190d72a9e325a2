/** One automatic sync over several users: who is due, what the log says, how failures count. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { makeId, seedConnection } from '../../test/harness/sync-world.ts';
import { createLog, silentLog } from '../base/log.ts';
import { systemClock } from '../base/time.ts';
import { NO_CHANGES } from '../domain/observation.ts';
import { advanceRun, finishRun, type Run } from '../store/runs.ts';
import { createRunBoard, type RunBoard } from './board.ts';
import { runSlot } from './slot-run.ts';
import { startWorker, type Worker } from './worker.ts';

const self = { id: 'host:1:x', host: 'host', pid: 1 };

let fresh: FreshDatabase;
let board: RunBoard;
let worker: Worker;
/** What the runs of a connection find; those that are not here fail. */
const found = new Map<string, { created: number; updated: number; canceled: number }>();

beforeAll(async () => {
  fresh = await freshDatabase();
  board = await createRunBoard({ db: fresh.db, clock: systemClock });
  const { db } = fresh;
  worker = startWorker({
    db,
    clock: systemClock,
    log: silentLog,
    board,
    self,
    concurrency: 2,
    execute: work,
  });
});
afterAll(async () => {
  await worker.stop();
  await board.close();
  await fresh.drop();
});
beforeEach(async () => {
  found.clear();
  await fresh.db.script('truncate workspaces cascade;');
});

async function work(run: Run): Promise<void> {
  const counts = found.get(run.connection_id);
  await fresh.db.tx(async (tx) => {
    const own = { id: run.id, owner: self.id, at: await tx.clock() };
    const progress = { counts: { ...NO_CHANGES, ...counts }, requests: 1 };
    await advanceRun(tx, own, progress);
    await finishRun(
      tx,
      own,
      counts === undefined
        ? { state: 'failed', requests: 0, error: REFUSED }
        : { state: 'done', requests: 0, error: null },
    );
  });
}

const REFUSED = {
  class: 'auth',
  code: 'calendly.unauthorized',
  message: 'Calendly refused the token',
  action: 'Connect Calendly again.',
};

async function slotLines(notSince?: string): Promise<string[]> {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    format: 'json',
    write: (line) => lines.push(String(JSON.parse(line).msg)),
  });
  await runSlot(
    { db: fresh.db, log, board, newId: makeId },
    {
      trigger: 'schedule',
      signal: AbortSignal.timeout(20_000),
      ...(notSince === undefined ? {} : { notSince }),
    },
  );
  return lines;
}

async function addUser(
  email: string,
  counts?: { created: number; updated: number; canceled: number },
): Promise<{ connectionId: string; userId: string; workspaceId: string }> {
  const ids = await seedConnection(fresh.db, 'user');
  await fresh.db.query('update users set email = $2 where id = $1', [ids.userId, email]);
  if (counts !== undefined) found.set(ids.connectionId, counts);
  return ids;
}

test('a slot is told in the sentences of the contract, and a cancellation is an update', async () => {
  await addUser('user@example.com', { created: 3, updated: 1, canceled: 1 });
  expect(await slotLines()).toEqual([
    '🔄 [Scheduled Sync] Starting automatic Calendly sync...',
    '📊 [Scheduled Sync] Found 1 user(s) to sync',
    '  🔄 Syncing for user 1 (user@example.com)...',
    '  ✅ User 1: 3 new, 2 updated',
    '✅ [Scheduled Sync] Completed: 3 new, 2 updated, 0 errors',
  ]);
});

test('the two lines of a user stand together, however many users are read at once', async () => {
  const emails = ['ada', 'ben', 'cy', 'dot', 'eve'].map((name) => `${name}@example.com`);
  for (const [index, email] of emails.entries()) {
    await addUser(email, { created: index, updated: 0, canceled: 0 });
  }
  const lines = await slotLines();
  expect(lines[1]).toBe('📊 [Scheduled Sync] Found 5 user(s) to sync');
  expect(lines.at(-1)).toBe('✅ [Scheduled Sync] Completed: 10 new, 0 updated, 0 errors');
  const numbers = lines.flatMap((line, at) => {
    const number = /^ {2}🔄 Syncing for user (\d)/.exec(line)?.[1];
    return number === undefined ? [] : [[Number(number), line, lines[at + 1]]];
  });
  expect(numbers.toSorted()).toEqual(
    emails.map((email, index) => [
      index + 1,
      `  🔄 Syncing for user ${index + 1} (${email})...`,
      `  ✅ User ${index + 1}: ${index} new, 0 updated`,
    ]),
  );
});

test('one user whose connection fails is an error, and the others are read all the same', async () => {
  await addUser('refused@example.com');
  await addUser('fine@example.com', { created: 2, updated: 0, canceled: 0 });
  const lines = await slotLines();
  expect(lines).toContain('  ❌ User 1: Calendly refused the token');
  expect(lines).toContain('  ✅ User 2: 2 new, 0 updated');
  expect(lines.at(-1)).toBe('✅ [Scheduled Sync] Completed: 2 new, 0 updated, 1 errors');
});

test('two connections of one user are one user of the run', async () => {
  const first = await addUser('user@example.com', { created: 1, updated: 0, canceled: 0 });
  const second = makeId();
  await fresh.db.query(
    `insert into calendly_connections (workspace_id, id, user_id, kind, scope, created_at, updated_at)
     select workspace_id, $2, user_id, kind, scope, created_at, updated_at from calendly_connections where id = $1`,
    [first.connectionId, second],
  );
  found.set(second, { created: 4, updated: 0, canceled: 0 });
  const lines = await slotLines();
  expect(lines[1]).toBe('📊 [Scheduled Sync] Found 1 user(s) to sync');
  expect(lines.at(-2)).toBe('  ✅ User 1: 5 new, 0 updated');
});

test('a first run leaves out connections whose listing began within the last slot, and paused ones', async () => {
  const slot = '2026-03-04T12:00:00.000000Z';
  const complete = async (email: string, at: string | null, state = 'active'): Promise<void> => {
    const { connectionId } = await addUser(email, { created: 1, updated: 0, canceled: 0 });
    await fresh.db.query(
      'update calendly_connections set last_complete_at = $2, state = $3 where id = $1',
      [connectionId, at, state],
    );
  };
  await complete('within@example.com', slot);
  await complete('before@example.com', '2026-03-04T11:59:59.999999Z');
  await complete('never@example.com', null);
  await complete('paused@example.com', null, 'paused');
  await complete('refused@example.com', null, 'needs_reauth');
  const lines = await slotLines(slot);
  expect(lines[1]).toBe('📊 [Scheduled Sync] Found 3 user(s) to sync');
  expect(lines.join(' ')).not.toMatch(/within@|paused@/);
});

test('with nobody to sync the run is told, too', async () => {
  expect(await slotLines()).toEqual([
    '🔄 [Scheduled Sync] Starting automatic Calendly sync...',
    '📊 [Scheduled Sync] Found 0 user(s) to sync',
    '✅ [Scheduled Sync] Completed: 0 new, 0 updated, 0 errors',
  ]);
});
