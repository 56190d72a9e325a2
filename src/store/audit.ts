/** The audit trail as rows: who did what, when, from where. Rows are added and forgotten, never changed. */
import { type Id, type IdSource, newId } from '../domain/id.ts';
import type { Sql } from './db.ts';
import { pageOf, type Page } from './page.ts';

export interface AuditEntry {
  workspaceId: Id;
  /** Who did it; null: a command on the machine, or nobody who is known. */
  actorId: Id | null;
  /** `sign_in.ok`, `token.created` …: thing, then what became of it. */
  action: string;
  /** Id of what it was done to. */
  subject?: Id | null;
  /** Network address of the request. */
  address?: string | null;
  /** Ids, numbers and our own words; never a secret, never anybody's data. */
  detail?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Who does something, from where; both null for a command on the machine. */
export interface Doer {
  actorId: Id | null;
  address: string | null;
}

export const THE_OPERATOR: Doer = { actorId: null, address: null };

/** Adds one entry, in the caller's transaction where it is given one. */
export async function appendAudit(sql: Sql, entry: AuditEntry, ids: IdSource): Promise<void> {
  await sql.query(
    `insert into audit_log (workspace_id, id, at, actor_id, action, subject, address, detail)
     values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb)`,
    [
      entry.workspaceId,
      newId(ids),
      await sql.clock(),
      entry.actorId,
      entry.action,
      entry.subject ?? null,
      entry.address ?? null,
      JSON.stringify(entry.detail ?? {}),
    ],
  );
}

/** Adds the same entry to every workspace's trail: what an operator did to all. */
export async function appendAuditEverywhere(
  sql: Sql,
  entry: Omit<AuditEntry, 'workspaceId' | 'actorId'>,
  ids: IdSource,
): Promise<void> {
  const { rows } = await sql.query<{ id: Id }>('select id from workspaces order by id');
  for (const { id } of rows) {
    await appendAudit(sql, { ...entry, workspaceId: id, actorId: null }, ids);
  }
}

export interface AuditRow {
  id: Id;
  at: string;
  actor_id: Id | null;
  /** Who that is now; null where it is nobody. */
  actor_email: string | null;
  action: string;
  subject: string | null;
  address: string | null;
  detail: Record<string, unknown>;
}

/** The page after `after`, newest entry first. */
export async function listAudit(
  sql: Sql,
  workspaceId: Id,
  page: { after?: Id | undefined; limit: number },
): Promise<Page<AuditRow>> {
  const { rows } = await sql.query<AuditRow>(
    `select a.id, a.at, a.actor_id, u.email as actor_email, a.action, a.subject, a.address, a.detail
     from audit_log a
     left join users u on u.workspace_id = a.workspace_id and u.id = a.actor_id
     where a.workspace_id = $1 and ($2::uuid is null or a.id < $2)
     order by a.id desc limit $3`,
    [workspaceId, page.after ?? null, page.limit + 1],
  );
  return pageOf(rows, page.limit);
}

/** Forgets entries older than `before`; answers how many. */
export async function forgetAudit(sql: Sql, before: string): Promise<number> {
  return (await sql.query('delete from audit_log where at < $1', [before])).count;
}
