/** How many documents hang on meetings. */
import type { Id } from '../domain/id.ts';
import type { Sql } from './db.ts';

/** Documents of each of these meetings and of the others of its series; those that have none are left out. */
export async function countDocuments(
  sql: Sql,
  workspaceId: Id,
  meetings: readonly { id: Id; series_id: Id | null }[],
): Promise<Map<Id, number>> {
  const { rows } = await sql.query<{ id: Id; documents: number }>(
    `select a.id, count(*)::int as documents
     from unnest($2::uuid[], $3::uuid[]) as a (id, series_id)
     cross join lateral (
       select a.id as meeting_id union
       select o.id from meetings o where o.workspace_id = $1 and o.series_id = a.series_id) one
     join client_documents d
       on d.workspace_id = $1 and d.meeting_id = one.meeting_id and not d.is_deleted
     group by a.id`,
    [workspaceId, meetings.map(({ id }) => id), meetings.map(({ series_id }) => series_id)],
  );
  return new Map(rows.map(({ id, documents }) => [id, documents]));
}
