/** Runs as they are read: one, some, or a page of the list, newest first. */
import type { Id } from '../domain/id.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Sql } from './db.ts';
import { pageOf, type Page } from './page.ts';

export interface RunView {
  id: Id;
  connection_id: Id;
  trigger: string;
  state: 'queued' | 'running' | 'done' | 'partial' | 'failed';
  queued_at: Timestamp;
  started_at: Timestamp | null;
  finished_at: Timestamp | null;
  created: number;
  updated: number;
  canceled: number;
  unchanged: number;
  vanished: number;
  requests: number;
  error: RunError | null;
}

export interface RunError {
  code: string;
  message: string | null;
  action: string | null;
}

type RunRow = Omit<RunView, 'error'> & {
  error_code: string | null;
  error_message: string | null;
  error_action: string | null;
};

const COLUMNS = `id, connection_id, trigger, state, queued_at, started_at, finished_at, created, updated,
  canceled, unchanged, vanished, requests, error_code, error_message, error_action`;

export interface RunPlace {
  queuedAt: string;
  id: Id;
}

/** The page after `after`, the run queued last first. */
export async function listRuns(
  sql: Sql,
  workspaceId: Id,
  request: { after?: RunPlace | undefined; limit: number },
): Promise<Page<RunView>> {
  const params: unknown[] = [workspaceId];
  const { after } = request;
  const further =
    after === undefined
      ? ''
      : `and (queued_at, id) < ($${params.push(after.queuedAt)}::timestamptz, $${params.push(after.id)}::uuid)`;
  const { rows } = await sql.query<RunRow>(
    `select ${COLUMNS} from sync_runs where workspace_id = $1 ${further}
     order by queued_at desc, id desc limit $${params.push(request.limit + 1)}`,
    params,
  );
  return pageOf(rows.map(toView), request.limit);
}

/** The runs with these ids in this workspace, in the order of the ids; unknown ones are left out. */
export async function findRuns(sql: Sql, workspaceId: Id, ids: readonly Id[]): Promise<RunView[]> {
  const { rows } = await sql.query<RunRow>(
    `select ${COLUMNS} from sync_runs where workspace_id = $1 and id = any($2::uuid[])
     order by array_position($2::uuid[], id)`,
    [workspaceId, ids],
  );
  return rows.map(toView);
}

function toView(row: RunRow): RunView {
  const { error_code: code, error_message: message, error_action: action, ...rest } = row;
  return { ...rest, error: code === null ? null : { code, message, action } };
}
