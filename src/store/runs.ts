/** Runs as rows: each is its own job. Queued, claimed under a lease, and written only by its owner. */
import { AppError } from '../domain/errors.ts';
import type { ChangeCounts } from '../domain/observation.ts';
import type { Sql, Tx } from './db.ts';
import { PROGRESS_CHANNEL } from './progress.ts';

export type RunState = 'queued' | 'running' | 'done' | 'partial' | 'failed';

export interface Run {
  workspace_id: string;
  id: string;
  connection_id: string;
  trigger: string;
  full_range: boolean;
  state: RunState;
  created: number;
  updated: number;
  canceled: number;
  unchanged: number;
  vanished: number;
  requests: number;
  error_class: string | null;
  error_code: string | null;
  error_message: string | null;
  error_action: string | null;
  owner: string | null;
  queued_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export const RUN_COLUMNS = `workspace_id, id, connection_id, trigger, full_range, state, created, updated, canceled,
  unchanged, vanished, requests, error_class, error_code, error_message, error_action, owner,
  queued_at, started_at, finished_at`;

/** The channel of the notice that a run was queued or ended; its payload is the run's id. */
export const RUNS_CHANNEL = 'calendly_sync_runs';

/** How long a run belongs to its owner without a sign of life. */
const LEASE = `interval '60 seconds'`;

/**
 * Queues a run of the connection, or joins the one that is queued or running.
 * Answers the run's id and whether it was joined.
 */
export async function queueRun(
  tx: Tx,
  request: {
    workspaceId: string;
    connectionId: string;
    id: string;
    trigger: string;
    full: boolean;
    at: string;
  },
): Promise<{ id: string; joined: boolean }> {
  const inserted = await tx.query(
    `insert into sync_runs (workspace_id, id, connection_id, trigger, full_range, state, queued_at)
     values ($1, $2, $3, $4, $5, 'queued', $6)
     on conflict (workspace_id, connection_id) where state in ('queued', 'running') do nothing`,
    [
      request.workspaceId,
      request.id,
      request.connectionId,
      request.trigger,
      request.full,
      request.at,
    ],
  );
  if (inserted.count === 1) {
    await tx.query(`select pg_notify('${RUNS_CHANNEL}', $1)`, [request.id]);
    return { id: request.id, joined: false };
  }
  if (request.full) await widenQueued(tx, request);
  // without a lock: a worker passes over a run that is locked, and nobody would tell it again
  const { rows } = await tx.query<{ id: string }>(
    `select id from sync_runs
     where workspace_id = $1 and connection_id = $2 and state in ('queued', 'running')`,
    [request.workspaceId, request.connectionId],
  );
  const open = rows[0];
  // the open run ended between the two statements: ask again
  if (open === undefined) return queueRun(tx, request);
  return { id: open.id, joined: true };
}

/** Makes a run that waits a full one, and announces it again: its lock hid it from workers that looked. */
async function widenQueued(
  tx: Tx,
  owner: { workspaceId: string; connectionId: string },
): Promise<void> {
  const { rows } = await tx.query<{ id: string }>(
    `update sync_runs set full_range = true
     where workspace_id = $1 and connection_id = $2 and state = 'queued' and not full_range returning id`,
    [owner.workspaceId, owner.connectionId],
  );
  for (const { id } of rows) await tx.query(`select pg_notify('${RUNS_CHANNEL}', $1)`, [id]);
}

/** Takes the oldest queued run for `owner`; `undefined` when there is none. Safe in any number of processes. */
export async function claimRun(
  tx: Tx,
  claim: { owner: string; at: string },
): Promise<Run | undefined> {
  const { rows } = await tx.query<Run>(
    `update sync_runs set state = 'running', owner = $1, lease_until = $2::timestamptz + ${LEASE},
       started_at = coalesce(started_at, $2)
     where id = (
       select id from sync_runs where state = 'queued' order by queued_at, id limit 1
       for update skip locked)
     returning ${RUN_COLUMNS}`,
    [claim.owner, claim.at],
  );
  return rows[0];
}

export interface RunProgress {
  counts: ChangeCounts;
  requests: number;
}

/**
 * Adds to a run's counts and renews its lease, in the transaction of the work that was counted.
 * Throws `run.lost` when the run no longer belongs to `owner`: the transaction must not commit.
 */
export async function advanceRun(
  tx: Tx,
  run: { id: string; owner: string; at: string },
  progress: RunProgress,
): Promise<void> {
  const { counts, requests } = progress;
  const { count } = await tx.query(
    `with advanced as (
       update sync_runs set created = created + $4, updated = updated + $5, canceled = canceled + $6,
       unchanged = unchanged + $7, vanished = vanished + $8, requests = requests + $9,
       lease_until = $3::timestamptz + ${LEASE}
       where id = $1 and owner = $2 and state = 'running' returning workspace_id
     )
     select pg_notify('${PROGRESS_CHANNEL}', workspace_id::text) from advanced`,
    [
      run.id,
      run.owner,
      run.at,
      counts.created,
      counts.updated,
      counts.canceled,
      counts.unchanged,
      counts.vanished,
      requests,
    ],
  );
  if (count !== 1) throw runLost();
}

export interface RunError {
  class: string;
  code: string;
  message: string;
  action: string | null;
}

/** Ends a run of `owner` in its final state. Throws `run.lost` like `advanceRun`. */
export async function finishRun(
  tx: Tx,
  run: { id: string; owner: string; at: string },
  end: { state: 'done' | 'partial' | 'failed'; requests: number; error: RunError | null },
): Promise<Run> {
  const { rows } = await tx.query<Run>(
    `update sync_runs set state = $4, finished_at = $3, requests = requests + $5, lease_until = null,
       error_class = $6, error_code = $7, error_message = $8, error_action = $9
     where id = $1 and owner = $2 and state = 'running' returning ${RUN_COLUMNS}`,
    [
      run.id,
      run.owner,
      run.at,
      end.state,
      end.requests,
      end.error?.class ?? null,
      end.error?.code ?? null,
      end.error?.message ?? null,
      end.error?.action ?? null,
    ],
  );
  const finished = rows[0];
  if (finished === undefined) throw runLost();
  await tx.query(`select pg_notify('${RUNS_CHANNEL}', $1)`, [run.id]);
  return finished;
}

/** Whether a run of the connection waits or is worked on, anywhere. */
export async function hasOpenRun(
  sql: Sql,
  connection: { workspace_id: string; id: string },
): Promise<boolean> {
  const { rows } = await sql.query<{ open: boolean }>(
    `select exists (select 1 from sync_runs where workspace_id = $1 and connection_id = $2
       and state in ('queued', 'running')) as open`,
    [connection.workspace_id, connection.id],
  );
  return rows[0]?.open ?? false;
}

/** Runs that are marked running, with their owners, to find those whose process is gone. */
export async function listRunning(
  sql: Sql,
): Promise<{ id: string; owner: string; lease_over: boolean }[]> {
  const at = await sql.clock();
  const { rows } = await sql.query<{ id: string; owner: string; lease_over: boolean }>(
    `select id, owner, lease_until < $1 as lease_over from sync_runs where state = 'running'`,
    [at],
  );
  return rows;
}

/** Renews the lease of a run; false when it no longer belongs to `owner`. */
export async function renewLease(sql: Sql, run: { id: string; owner: string }): Promise<boolean> {
  const at = await sql.clock();
  const { count } = await sql.query(
    `update sync_runs set lease_until = $3::timestamptz + ${LEASE}
     where id = $1 and owner = $2 and state = 'running'`,
    [run.id, run.owner, at],
  );
  return count === 1;
}

/** Puts an orphaned run back into the queue; its cursor and counts are where its last transaction left them. */
export async function requeueRun(sql: Sql, run: { id: string; owner: string }): Promise<boolean> {
  const { count } = await sql.query(
    `update sync_runs set state = 'queued', owner = null, lease_until = null
     where id = $1 and owner = $2 and state = 'running'`,
    [run.id, run.owner],
  );
  return count === 1;
}

/** Forgets runs that ended before `before`; answers how many. */
export async function forgetRuns(sql: Sql, before: string): Promise<number> {
  const { count } = await sql.query(
    `delete from sync_runs where finished_at < $1 and state not in ('queued', 'running')`,
    [before],
  );
  return count;
}

/** The runs of these ids, in no order. */
export async function findRuns(sql: Sql, ids: readonly string[]): Promise<Run[]> {
  const { rows } = await sql.query<Run>(
    `select ${RUN_COLUMNS} from sync_runs where id = any($1::uuid[])`,
    [ids],
  );
  return rows;
}

function runLost(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'run.lost',
    message: 'Another process has taken over this run',
  });
}
