/** Accounts that users link, as rows: one connection for each user and Calendly account. */
import type { Preflight } from '../domain/preflight.ts';
import type { Sql, Tx } from './db.ts';

export interface LinkedRow {
  id: string;
  state: string;
  origin: string;
  scope: 'user' | 'organization';
  token_hash: string | null;
}

/** Held until the end of the transaction: one account of a user is linked at a time. */
export async function lockUser(
  tx: Tx,
  user: { workspaceId: string; userId: string },
): Promise<boolean> {
  const { count } = await tx.query(
    `select 1 from users where workspace_id = $1 and id = $2 and removed_at is null
     for no key update`,
    [user.workspaceId, user.userId],
  );
  return count === 1;
}

/** The user's connection of this Calendly account: the one in use, else the one that was unlinked last. */
export async function findLinked(
  tx: Tx,
  user: { workspaceId: string; userId: string },
  calendlyUserUri: string,
): Promise<LinkedRow | undefined> {
  const { rows } = await tx.query<LinkedRow>(
    `select id, state, origin, scope, token_hash from calendly_connections
     where workspace_id = $1 and user_id = $2 and calendly_user_uri = $3
     order by state = 'disconnected', updated_at desc, id desc limit 1 for update`,
    [user.workspaceId, user.userId, calendlyUserUri],
  );
  return rows[0];
}

export async function insertLinked(
  tx: Tx,
  row: { workspaceId: string; userId: string; id: string; calendlyUserUri: string; at: string },
): Promise<void> {
  await tx.query(
    `insert into calendly_connections (workspace_id, id, user_id, kind, scope, origin, calendly_user_uri,
       created_at, updated_at)
     values ($1, $2, $3, 'token', 'user', 'user', $4, $5, $5)`,
    [row.workspaceId, row.id, row.userId, row.calendlyUserUri, row.at],
  );
}

export interface Credentials {
  kind: 'token' | 'oauth';
  scope: 'user' | 'organization';
  origin: string;
  tokenSealed: string;
  tokenHash: string | null;
  refreshSealed: string | null;
  accessExpiresAt: string | null;
}

/** Gives a connection a way in: it is active, unpaused, and its account is read anew by the next run. */
export async function saveCredentials(
  tx: Tx,
  row: { workspaceId: string; id: string; at: string },
  given: Credentials,
): Promise<void> {
  const { count } = await tx.query(
    `update calendly_connections set kind = $3, origin = $5, token_sealed = $6, token_hash = $7, refresh_sealed = $8,
       access_expires_at = $9, state = 'active', paused_by_user = false, account_read_at = null,
       error_code = null, error_message = null, error_action = null,
       read_mode = case when scope = $4 then read_mode end, scope = $4, updated_at = $10
     where workspace_id = $1 and id = $2`,
    [
      row.workspaceId,
      row.id,
      given.kind,
      given.scope,
      given.origin,
      given.tokenSealed,
      given.tokenHash,
      given.refreshSealed,
      given.accessExpiresAt,
      row.at,
    ],
  );
  if (count !== 1) throw new Error('A connection that is not there cannot be linked');
  // what an older token was refused is asked for again
  await tx.query(`delete from webhook_refusals where workspace_id = $1 and connection_id = $2`, [
    row.workspaceId,
    row.id,
  ]);
}

/** Keeps what Calendly allowed when it was last asked. */
export async function savePreflight(
  sql: Sql,
  row: { workspaceId: string; id: string },
  preflight: Preflight,
): Promise<void> {
  await sql.query(
    `update calendly_connections set preflight = $3::jsonb where workspace_id = $1 and id = $2`,
    [row.workspaceId, row.id, JSON.stringify(preflight)],
  );
}

/** Reads the connection's scope differently from the next run on: the whole range, and the account anew. */
export async function changeScope(
  tx: Tx,
  row: { workspaceId: string; id: string; at: string },
  scope: 'user' | 'organization',
): Promise<void> {
  const key = [row.workspaceId, row.id];
  await tx.query(
    `update calendly_connections set scope = $3, read_mode = null, account_read_at = null, updated_at = $4
     where workspace_id = $1 and id = $2`,
    [...key, scope, row.at],
  );
  await tx.query(`delete from listing_tiers where workspace_id = $1 and connection_id = $2`, key);
  await tx.query(
    `delete from webhook_refusals where workspace_id = $1 and connection_id = $2
       and code <> 'webhooks.removed'`,
    key,
  );
}

/** The user's own pause, or its end; what Calendly refused before is tried again. */
export async function pauseConnection(
  tx: Tx,
  row: { workspaceId: string; id: string; at: string },
  paused: boolean,
): Promise<void> {
  await tx.query(
    `update calendly_connections set state = case when $3::boolean then 'paused' else 'active' end,
       paused_by_user = $3::boolean, updated_at = $4
     where workspace_id = $1 and id = $2 and (state = 'paused') <> $3::boolean`,
    [row.workspaceId, row.id, paused, row.at],
  );
}
