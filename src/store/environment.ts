/** The connection that the environment's token makes, as rows. */
import type { Sql, Tx } from './db.ts';

export interface EnvironmentConnection {
  workspace_id: string;
  id: string;
  user_id: string;
  scope: 'user' | 'organization';
  token_hash: string | null;
  state: string;
  paused_by_user: boolean;
  calendly_user_uri: string | null;
}

/** Connections that came from the environment, oldest first; disconnected ones are left out. */
export async function listEnvironmentConnections(sql: Sql): Promise<EnvironmentConnection[]> {
  const { rows } = await sql.query<EnvironmentConnection>(
    `select workspace_id, id, user_id, coalesce(environment_scope, scope) as scope, token_hash, state,
       paused_by_user, calendly_user_uri
     from calendly_connections
     where origin = 'environment' and state <> 'disconnected' order by created_at, id`,
  );
  return rows;
}

/** Another connection in use of the same user and Calendly account, whatever it came from. */
export async function findTwin(
  tx: Tx,
  connection: { workspace_id: string; id: string; user_id: string },
  calendlyUserUri: string,
): Promise<EnvironmentConnection | undefined> {
  const { rows } = await tx.query<EnvironmentConnection>(
    `select workspace_id, id, user_id, coalesce(environment_scope, scope) as scope, token_hash, state,
       paused_by_user, calendly_user_uri
     from calendly_connections
     where workspace_id = $1 and user_id = $2 and id <> $3 and calendly_user_uri = $4
       and state <> 'disconnected' limit 1`,
    [connection.workspace_id, connection.user_id, connection.id, calendlyUserUri],
  );
  return rows[0];
}

/** Says that the environment's token opens this connection from now on. */
export async function claimForEnvironment(
  tx: Tx,
  connection: { workspaceId: string; id: string },
): Promise<void> {
  await tx.query(
    `update calendly_connections set origin = 'environment' where workspace_id = $1 and id = $2`,
    [connection.workspaceId, connection.id],
  );
}

const UNLINKED = 'environment_unlinked';

/** Whether a user unlinked the connection that the token with this hash had made. */
export async function isUnlinked(sql: Sql, tokenHash: string): Promise<boolean> {
  const { rows } = await sql.query<{ is: boolean }>(
    `select exists (select 1 from installation where key = '${UNLINKED}' and value ? $1::text) as is`,
    [tokenHash],
  );
  return rows[0]?.is ?? false;
}

/** Remembers it, so that the next start does not link the account again. */
export async function rememberUnlinked(tx: Tx, tokenHash: string): Promise<void> {
  await tx.query(
    `insert into installation as i (key, value) values ('${UNLINKED}', jsonb_build_array($1::text))
     on conflict (key) do update set value = (i.value - $1::text) || excluded.value`,
    [tokenHash],
  );
}

/** The sealed token of a connection. */
export async function readSealedToken(sql: Sql, id: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ token_sealed: string | null }>(
    `select token_sealed from calendly_connections where id = $1`,
    [id],
  );
  return rows[0]?.token_sealed ?? undefined;
}

/** Held until the end of the transaction: one process at a time brings the environment in step. */
export async function lockEnvironment(tx: Tx): Promise<void> {
  await tx.query(
    `select pg_advisory_xact_lock(hashtextextended('calendly-sync environment ' || current_schema(), 0))`,
  );
}

export interface SealedToken {
  sealed: string;
  hash: string;
  scope: 'user' | 'organization';
}

/** Adds the connection of a token that no connection has. */
export async function insertConnection(
  tx: Tx,
  connection: { workspaceId: string; userId: string; id: string; origin: string; at: string },
  token: SealedToken,
): Promise<void> {
  await tx.query(
    `insert into calendly_connections (workspace_id, id, user_id, kind, scope, environment_scope, origin,
       token_sealed, token_hash, created_at, updated_at)
     values ($1, $2, $3, 'token', $4, $4, $5, $6, $7, $8, $8)`,
    [
      connection.workspaceId,
      connection.id,
      connection.userId,
      token.scope,
      connection.origin,
      token.sealed,
      token.hash,
      connection.at,
    ],
  );
}

/** Gives a connection another token of the same account: it is active again and read anew. */
export async function replaceToken(
  tx: Tx,
  connection: { workspaceId: string; id: string; at: string },
  token: SealedToken,
): Promise<void> {
  await tx.query(
    `update calendly_connections set token_sealed = $3, token_hash = $4, state = 'active',
       paused_by_user = false, kind = 'token', refresh_sealed = null, access_expires_at = null,
       environment_scope = $5, read_mode = case when scope = $5 then read_mode end, scope = $5, account_read_at = null,
       error_code = null, error_message = null, error_action = null, updated_at = $6
     where workspace_id = $1 and id = $2`,
    [connection.workspaceId, connection.id, token.sealed, token.hash, token.scope, connection.at],
  );
}

/** Changes the state of a connection, and its scope where given. */
export async function setConnectionState(
  tx: Tx,
  connection: { workspaceId: string; id: string; at: string },
  state: 'active' | 'paused' | 'disconnected',
): Promise<void> {
  await tx.query(
    `update calendly_connections set state = $3, updated_at = $4 where workspace_id = $1 and id = $2`,
    [connection.workspaceId, connection.id, state, connection.at],
  );
}

/** Gives a user who was made by the start the address that Calendly knows; false where it is taken. */
export async function nameBootstrappedUser(
  tx: Tx,
  user: { workspaceId: string; id: string; email: string; emailKey: string },
): Promise<void> {
  await tx.query(
    `update users set email = $3, email_key = $4
     where workspace_id = $1 and id = $2 and bootstrapped
       and not exists (select 1 from users o where o.email_key = $4)`,
    [user.workspaceId, user.id, user.email, user.emailKey],
  );
}
