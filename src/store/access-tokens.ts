/** Script tokens as rows: which of our own are known and not revoked. The token itself is never kept. */
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';
import { pageOf, type Page } from './page.ts';

export interface NewAccessToken {
  workspaceId: Id;
  id: Id;
  userId: Id;
  createdAt: string;
  expiresAt: string;
  /** What the user calls it. */
  name: string | null;
}

/** Remembers one token by its `jti`. */
export async function insertAccessToken(tx: Tx, token: NewAccessToken): Promise<void> {
  await tx.query(
    `insert into access_tokens (workspace_id, id, user_id, created_at, expires_at, name)
     values ($1, $2, $3, $4, $5, $6)`,
    [token.workspaceId, token.id, token.userId, token.createdAt, token.expiresAt, token.name],
  );
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
     where t.id = $1 and t.revoked_at is null and u.removed_at is null`,
    [id],
  );
  return rows[0];
}

export interface TokenRow {
  id: Id;
  user_id: Id;
  email: string;
  name: string | null;
  created_at: string;
  expires_at: string;
}

/** Tokens that are good at `at`, newest first: of one user, or of the whole workspace where `userId` is null. */
export async function listAccessTokens(
  sql: Sql,
  whose: { workspaceId: Id; userId: Id | null },
  page: { at: string; after?: Id | undefined; limit: number },
): Promise<Page<TokenRow>> {
  const { rows } = await sql.query<TokenRow>(
    `select t.id, t.user_id, u.email, t.name, t.created_at, t.expires_at
     from access_tokens t join users u on u.workspace_id = t.workspace_id and u.id = t.user_id
     where t.workspace_id = $1 and ($2::uuid is null or t.user_id = $2)
       and t.revoked_at is null and u.removed_at is null and t.expires_at > $3
       and ($4::uuid is null or t.id < $4)
     order by t.id desc limit $5`,
    [whose.workspaceId, whose.userId, page.at, page.after ?? null, page.limit + 1],
  );
  return pageOf(rows, page.limit);
}

/** Revokes one token of the workspace, of `userId` alone where it is given; false where there is none. */
export async function revokeAccessToken(
  tx: Tx,
  whose: { workspaceId: Id; userId: Id | null },
  token: { id: Id; at: string },
): Promise<boolean> {
  const { count } = await tx.query(
    `update access_tokens set revoked_at = $4
     where workspace_id = $1 and ($2::uuid is null or user_id = $2) and id = $3
       and revoked_at is null and expires_at > $4`,
    [whose.workspaceId, whose.userId, token.id, token.at],
  );
  return count === 1;
}

/** Revokes every token of the user; answers how many. */
export async function revokeTokens(
  tx: Tx,
  user: { workspaceId: Id; id: Id; at: string },
): Promise<number> {
  const { count } = await tx.query(
    `update access_tokens set revoked_at = $3
     where workspace_id = $1 and user_id = $2 and revoked_at is null`,
    [user.workspaceId, user.id, user.at],
  );
  return count;
}
