/** How far the runs of a workspace are, for people who watch. */
import type { Sql } from './db.ts';

/** The channel of the notice that a run went on; its payload is the workspace's id. */
export const PROGRESS_CHANNEL = 'calendly_sync_progress';

export interface RunProgressRow {
  id: string;
  connection_id: string;
  state: string;
  /** Requests that were answered. */
  done: number;
  /** Those and the ones that are owed; null while the listing still finds more. */
  total: number | null;
}

/** The open runs of a workspace, and those of `known` whether they are open or not. */
export async function readProgress(
  sql: Sql,
  workspaceId: string,
  known: readonly string[],
): Promise<RunProgressRow[]> {
  const { rows } = await sql.query<RunProgressRow>(
    `select r.id, r.connection_id, r.state, r.requests as done,
       case when r.state = 'queued' or exists (
         select 1 from listings l where l.workspace_id = $1 and l.connection_id = r.connection_id)
       then null else r.requests + (
         select count(*)::int from queued_reads q
         where q.workspace_id = $1 and q.connection_id = r.connection_id) end as total
     from sync_runs r
     where r.workspace_id = $1 and (r.state in ('queued', 'running') or r.id = any($2::uuid[]))
     order by r.id`,
    [workspaceId, known],
  );
  return rows;
}
