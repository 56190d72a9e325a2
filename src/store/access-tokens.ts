/** Script tokens as rows: which of our own are known and not revoked. The token itself is never kept. */
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';

export interface NewAccessToken {
  workspaceId: Id;
  id: Id;
  userId: Id;
  createdAt: string;
  expiresAt: string;
}

/** Remembers one token by its `jti`. */
export async function insertAccessToken(tx: Tx, token: NewAccessToken): Promise<void> {
  await tx.query(
    `insert into access_tokens (workspace_id, id, user_id, created_at, expires_at)
     values ($1, $2, $3, $4, $5)`,
    [token.workspaceId, token.id, token.userId, token.createdAt, token.expiresAt],
  );
}

/** From now on the token with this `jti` is refused; false where it is unknown or already revoked. */
export async function revokeAccessToken(tx: Tx, id: Id, at: string): Promise<boolean> {
  const { count } = await tx.query(
    `update access_tokens set revoked_at = $2 where id = $1 and revoked_at is null`,
    [id, at],
  );
  return count === 1;
}

export interface TokenHolder {
  workspace_id: Id;
  user_id: Id;
  role: 'admin' | 'member';
  email: string;
}

/** Whose the token with this `jti` is; `undefined` where it is unknown, revoked, or the user is gone. */
export async function findTokenHolder(sql: Sql, id: Id): Promise<TokenHolder | undefined> {
  const { rows } = await sql.query<TokenHolder>(
    `select u.workspace_id, u.id as user_id, u.role, u.email
     from access_tokens t join users u on u.workspace_id = t.workspace_id and u.id = t.user_id
     where t.id = $1 and t.revoked_at is null`,
    [id],
  );
  return rows[0];
}
