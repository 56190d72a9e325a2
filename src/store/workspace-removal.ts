/** Deleting a workspace as rows: closed at once, emptied in batches, gone when nothing hangs on it any more. */
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';
import { disconnectUser } from './unlinking.ts';

/** Everything of a workspace, what points to other rows before those; stored bytes are the sweep's. */
export const OF_WORKSPACE = [
  'suppressions',
  'erasures_due',
  'client_documents',
  'idempotency_keys',
  'meeting_guests',
  'invitees',
  'meeting_sightings',
  'meetings',
  'event_types',
  'set_aside',
  'client_reviews',
  'client_merges',
  'blocked_addresses',
  'client_phones',
  'client_emails',
  'clients',
  'host_addresses',
  'routing_form_submissions',
  'queued_reads',
  'listings',
  'listing_tiers',
  'drift_checks',
  'webhook_deliveries',
  'webhook_refusals',
  'webhook_subscriptions',
  'sync_runs',
  'oauth_states',
  'organization_members',
  'calendly_connections',
  'calendar_feeds',
  'sessions',
  'access_tokens',
  'account_links',
  'audit_log',
  'feed',
  'users',
] as const;

/**
 * Closes the workspace: every account is unlinked, and nobody signs in or uses a token any more. False where it is
 * closed already or there is none such.
 */
export async function closeWorkspace(tx: Tx, workspace: { id: Id; at: string }): Promise<boolean> {
  const { id, at } = workspace;
  const { count } = await tx.query(
    'update workspaces set closed_at = $2 where id = $1 and closed_at is null',
    [id, at],
  );
  if (count === 0) return false;
  const { rows: users } = await tx.query<{ id: Id }>(
    'select id from users where workspace_id = $1 order by id for update',
    [id],
  );
  for (const user of users) await disconnectUser(tx, { workspaceId: id, id: user.id, at });
  await tx.query(
    `update users set removed_at = coalesce(removed_at, $2), password_hash = null, bootstrapped = false
     where workspace_id = $1`,
    [id, at],
  );
  for (const table of ['sessions', 'access_tokens', 'account_links', 'oauth_states']) {
    await tx.query(`delete from ${table} where workspace_id = $1`, [id]);
  }
  return true;
}

/** The workspaces that are closed and not gone yet. */
export async function listClosedWorkspaces(sql: Sql): Promise<Id[]> {
  const { rows } = await sql.query<{ id: Id }>(
    'select id from workspaces where closed_at is not null order by closed_at, id',
  );
  return rows.map(({ id }) => id);
}

/** Removes at most `limit` rows of one table; answers how many went. */
export async function removeRows(
  sql: Sql,
  workspaceId: Id,
  rows: { table: (typeof OF_WORKSPACE)[number]; limit: number },
): Promise<number> {
  const { table, limit } = rows;
  const { count } = await sql.query(
    `delete from ${table} where workspace_id = $1
       and ctid = any (array(select ctid from ${table} where workspace_id = $1 limit $2))`,
    [workspaceId, limit],
  );
  return count;
}

/** Gives the stored bytes to the sweep, which removes them. */
export async function releaseBlobs(sql: Sql, workspaceId: Id): Promise<void> {
  await sql.query(`update document_blobs set state = 'leaving' where workspace_id = $1`, [
    workspaceId,
  ]);
}

/** Removes what a late writer has left, and the workspace itself; false while stored bytes are left. */
export async function removeWorkspaceRow(tx: Tx, workspaceId: Id): Promise<boolean> {
  await tx.query('select 1 from workspaces where id = $1 for update', [workspaceId]);
  const { count: bytes } = await tx.query(
    'select 1 from document_blobs where workspace_id = $1 limit 1',
    [workspaceId],
  );
  if (bytes > 0) return false;
  for (const table of OF_WORKSPACE) {
    await tx.query(`delete from ${table} where workspace_id = $1`, [workspaceId]);
  }
  await tx.query('delete from workspaces where id = $1 and closed_at is not null', [workspaceId]);
  return true;
}
