/** Unlinking a Calendly account, as rows: what ends at once, and what is forgotten when nothing needs it more. */
import type { Id } from '../domain/id.ts';
import type { Tx } from './db.ts';
import { rememberUnlinked } from './environment.ts';

export interface UnlinkRow {
  workspaceId: string;
  id: string;
  at: string;
}

/**
 * The connection is disconnected: no run, read or delivery of it is worked any more. Its rows stay. Its token
 * stays too, until what is at Calendly has been taken away with it. The environment's token is remembered, so
 * that the next start does not link the account again.
 */
export async function disconnect(tx: Tx, row: UnlinkRow): Promise<void> {
  const key = [row.workspaceId, row.id];
  const { rows } = await tx.query<{ origin: string; token_hash: string | null }>(
    `update calendly_connections set state = 'disconnected', paused_by_user = false, updated_at = $3
     where workspace_id = $1 and id = $2 returning origin, token_hash`,
    [...key, row.at],
  );
  const connection = rows[0];
  if (connection === undefined) return;
  if (connection.origin === 'environment' && connection.token_hash !== null) {
    await rememberUnlinked(tx, connection.token_hash);
  }
  // whoever works on it loses it with his next transaction
  await tx.query(
    `update sync_runs set state = 'failed', finished_at = $3, lease_until = null, error_class = 'own',
       error_code = 'connection.disconnected', error_message = 'The account was unlinked'
     where workspace_id = $1 and connection_id = $2 and state in ('queued', 'running')`,
    [...key, row.at],
  );
  await tx.query(`delete from queued_reads where workspace_id = $1 and connection_id = $2`, key);
  await tx.query(`delete from listings where workspace_id = $1 and connection_id = $2`, key);
}

/** Disconnects every account of a user; answers their connections. */
export async function disconnectUser(
  tx: Tx,
  user: { workspaceId: Id; id: Id; at: string },
): Promise<Id[]> {
  const { rows } = await tx.query<{ id: Id }>(
    `select id from calendly_connections
     where workspace_id = $1 and user_id = $2 and state <> 'disconnected' order by id for update`,
    [user.workspaceId, user.id],
  );
  for (const { id } of rows) await disconnect(tx, { ...user, id });
  return rows.map(({ id }) => id);
}

/** Forgets the token and ends the subscriptions: deliveries through them are refused from now on. */
export async function forgetCredentials(tx: Tx, row: UnlinkRow): Promise<void> {
  const key = [row.workspaceId, row.id];
  await tx.query(
    `update calendly_connections set token_sealed = null, refresh_sealed = null, access_expires_at = null,
       error_code = null, error_message = null, error_action = null, updated_at = $3
     where workspace_id = $1 and id = $2 and state = 'disconnected'`,
    [...key, row.at],
  );
  await tx.query(
    `update webhook_subscriptions set state = 'ended', ended_at = coalesce(ended_at, $3),
       note = 'the account was unlinked'
     where workspace_id = $1 and connection_id = $2 and state <> 'ended'
       and exists (select 1 from calendly_connections c
                   where c.workspace_id = $1 and c.id = $2 and c.state = 'disconnected')`,
    [...key, row.at],
  );
}
