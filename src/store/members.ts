/** Members of a workspace as rows: their list, their roles, and their removal. */
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';
import { pageOf, type Page } from './page.ts';

export interface MemberRow {
  id: Id;
  email: string;
  name: string | null;
  role: 'admin' | 'member';
  has_password: boolean;
  created_at: string;
  last_seen_at: string | null;
}

function selectMembers(rest: string): string {
  return `select u.id, u.email, u.name, u.role, u.password_hash is not null as has_password, u.created_at,
    (select max(s.last_seen_at) from sessions s
     where s.workspace_id = u.workspace_id and s.user_id = u.id) as last_seen_at
  from users u where u.workspace_id = $1 and u.removed_at is null ${rest}`;
}

/** The page after `after`, in the order in which they came. */
export async function listMembers(
  sql: Sql,
  workspaceId: Id,
  page: { after?: Id | undefined; limit: number },
): Promise<Page<MemberRow>> {
  const { rows } = await sql.query<MemberRow>(
    selectMembers('and ($2::uuid is null or u.id > $2) order by u.id limit $3'),
    [workspaceId, page.after ?? null, page.limit + 1],
  );
  return pageOf(rows, page.limit);
}

export async function findMember(
  sql: Sql,
  member: { workspaceId: Id; id: Id },
): Promise<MemberRow | undefined> {
  const { rows } = await sql.query<MemberRow>(selectMembers('and u.id = $2'), [
    member.workspaceId,
    member.id,
  ]);
  return rows[0];
}

/** Ids of the admins, held until the end of the transaction: of two who would go at once one is the last. */
export async function lockAdmins(tx: Tx, workspaceId: Id): Promise<Id[]> {
  const { rows } = await tx.query<{ id: Id }>(
    `select id from users where workspace_id = $1 and role = 'admin' and removed_at is null
     order by id for update`,
    [workspaceId],
  );
  return rows.map(({ id }) => id);
}

/** Writes what is given of role and name; false where there is no such member. */
export async function editMember(
  tx: Tx,
  member: { workspaceId: Id; id: Id },
  edit: { role?: 'admin' | 'member' | undefined; name?: string | null | undefined },
): Promise<boolean> {
  const { count } = await tx.query(
    `update users set role = coalesce($3, role), name = case when $4 then $5 else name end
     where workspace_id = $1 and id = $2 and removed_at is null`,
    [member.workspaceId, member.id, edit.role ?? null, edit.name !== undefined, edit.name ?? null],
  );
  return count === 1;
}

/** Takes the member's name off the list; the row stays, for what hangs on it. False where there is none. */
export async function markRemoved(
  tx: Tx,
  member: { workspaceId: Id; id: Id; at: string },
): Promise<boolean> {
  const { count } = await tx.query(
    `update users set removed_at = $3, password_hash = null, bootstrapped = false
     where workspace_id = $1 and id = $2 and removed_at is null`,
    [member.workspaceId, member.id, member.at],
  );
  return count === 1;
}
