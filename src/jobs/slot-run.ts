/** One automatic sync over everybody who is due, told in the log as it goes. */
import type { Log } from '../base/log.ts';
import { listDueConnections } from '../store/connections.ts';
import type { Db } from '../store/db.ts';
import type { Run } from '../store/runs.ts';
import { emailsOf } from '../store/owners.ts';
import type { RunBoard } from './board.ts';
import { queueRuns } from '../sync/request.ts';

export interface SlotRunDeps {
  db: Db;
  log: Log;
  board: RunBoard;
  newId: () => string;
}

export interface SlotRequest {
  trigger: 'schedule' | 'start';
  /** Leave out connections whose last complete listing began at or after this time. */
  notSince?: string;
  signal: AbortSignal;
}

interface Totals {
  created: number;
  updated: number;
  errors: number;
}

/**
 * Queues a run for every connection that is due, waits until all have ended, in whatever process, and
 * writes the sentences of the outside contract (§5) word for word.
 */
export async function runSlot(deps: SlotRunDeps, request: SlotRequest): Promise<void> {
  const { log } = deps;
  log.info('🔄 [Scheduled Sync] Starting automatic Calendly sync...');
  const due = await listDueConnections(
    deps.db,
    request.notSince === undefined
      ? { uncovered: true }
      : { uncovered: true, notSince: request.notSince },
  );
  const users = Map.groupBy(due, (connection) => connection.user_id);
  log.info(`📊 [Scheduled Sync] Found ${users.size} user(s) to sync`);
  const runIds = await queueRuns(deps, due, { trigger: request.trigger, full: false });
  const queued = new Map(due.map((connection, index) => [connection.id, runIds[index] ?? '']));
  const numbers = [...users].map(([userId, connections], index) => ({
    number: index + 1,
    userId,
    runIds: connections.map((connection) => queued.get(connection.id) ?? ''),
  }));
  const totals = await Promise.all(numbers.map((user) => waitForUser(deps, user, request.signal)));
  const sum = totals.reduce(add, { created: 0, updated: 0, errors: 0 });
  log.info(
    `✅ [Scheduled Sync] Completed: ${sum.created} new, ${sum.updated} updated, ${sum.errors} errors`,
  );
}

async function waitForUser(
  deps: SlotRunDeps,
  user: { number: number; userId: string; runIds: readonly string[] },
  signal: AbortSignal,
): Promise<Totals> {
  const runs = await deps.board.waitFor(user.runIds, { signal });
  const totals = runs.map(totalsOf).reduce(add, { created: 0, updated: 0, errors: 0 });
  // asked now: the first run may have learned the address
  const emails = await emailsOf(deps.db, [user.userId]);
  deps.log.info(
    `  🔄 Syncing for user ${user.number} (${emails.get(user.userId) ?? 'unknown'})...`,
  );
  const failed = runs.find((run) => run.state === 'failed');
  if (failed === undefined) {
    deps.log.info(`  ✅ User ${user.number}: ${totals.created} new, ${totals.updated} updated`);
  } else {
    deps.log.error(`  ❌ User ${user.number}: ${failed.error_message ?? 'The run failed'}`, {
      code: failed.error_code,
      action: failed.error_action,
    });
  }
  return totals;
}

/** A cancellation is an update of its meeting here; `errors` are connections whose run failed. */
function totalsOf(run: Run): Totals {
  return {
    created: run.created,
    updated: run.updated + run.canceled,
    errors: run.state === 'failed' ? 1 : 0,
  };
}

function add(a: Totals, b: Totals): Totals {
  return {
    created: a.created + b.created,
    updated: a.updated + b.updated,
    errors: a.errors + b.errors,
  };
}
