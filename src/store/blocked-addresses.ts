/** The block list: addresses and domains that are nobody's client. */
import type { Id } from '../domain/id.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Sql, Tx } from './db.ts';
import { pageOf, type Page } from './page.ts';

export interface BlockedRow {
  id: Id;
  kind: 'address' | 'domain';
  /** Folded; a domain without `@`. */
  value: string;
  created_at: Timestamp;
}

/** Puts it on the list, where it is not yet; answers its row. */
export async function block(
  tx: Tx,
  workspaceId: Id,
  entry: { id: Id; kind: BlockedRow['kind']; value: string; by: Id | null },
): Promise<BlockedRow | undefined> {
  await tx.query(
    `insert into blocked_addresses (workspace_id, id, kind, value, created_at, created_by)
     values ($1, $2, $3, $4, $5, $6) on conflict (workspace_id, kind, value) do nothing`,
    [workspaceId, entry.id, entry.kind, entry.value, await tx.clock(), entry.by],
  );
  const { rows } = await tx.query<BlockedRow>(
    `select id, kind, value, created_at from blocked_addresses
     where workspace_id = $1 and kind = $2 and value = $3`,
    [workspaceId, entry.kind, entry.value],
  );
  return rows[0];
}

/** Takes it from the list; answers what it was, `undefined` where there is no such. */
export async function unblock(tx: Tx, workspaceId: Id, id: Id): Promise<BlockedRow | undefined> {
  const { rows } = await tx.query<BlockedRow>(
    `delete from blocked_addresses where workspace_id = $1 and id = $2 returning id, kind, value, created_at`,
    [workspaceId, id],
  );
  return rows[0];
}

export async function listBlocked(
  sql: Sql,
  workspaceId: Id,
  page: { after?: Id | undefined; limit: number },
): Promise<Page<BlockedRow>> {
  const { rows } = await sql.query<BlockedRow>(
    `select id, kind, value, created_at from blocked_addresses
     where workspace_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`,
    [workspaceId, page.after ?? null, page.limit + 1],
  );
  return pageOf(rows, page.limit);
}

/** Domains that at least two users, hosts or organisation members share and that are not on the list, with how many. */
export async function listOwnDomains(
  sql: Sql,
  workspaceId: Id,
): Promise<{ domain: string; members: number }[]> {
  const { rows } = await sql.query<{ domain: string; members: number }>(
    `select domain, count(*)::int as members from (
       select split_part(email_key, '@', 2) as domain, email_key from (
         select email_key from host_addresses where workspace_id = $1
         union select email_key from organization_members where workspace_id = $1
         union select email_key from users where workspace_id = $1 and removed_at is null) own
     ) own
     where not exists (select 1 from blocked_addresses b
       where b.workspace_id = $1 and b.kind = 'domain' and b.value = own.domain)
     group by domain having count(*) >= 2 order by count(*) desc, domain limit 50`,
    [workspaceId],
  );
  return rows;
}
