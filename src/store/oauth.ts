/** OAuth as rows: authorizations that were begun, and the token pairs of connections. */
import type { Sql, Tx } from './db.ts';

export interface NewState {
  workspaceId: string;
  userId: string;
  stateHash: string;
  sessionId: string | null;
  verifierSealed: string;
  scope: 'user' | 'organization';
  redirectUri: string;
  at: string;
}

/** Remembers an authorization that is begun, and forgets those that are long over. */
export async function insertState(tx: Tx, state: NewState): Promise<void> {
  await tx.query(
    `delete from oauth_states where expires_at < $1::timestamptz - interval '1 hour'`,
    [state.at],
  );
  await tx.query(
    `insert into oauth_states (workspace_id, state_hash, user_id, session_id, verifier_sealed, scope, redirect_uri,
       created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8::timestamptz + interval '10 minutes')`,
    [
      state.workspaceId,
      state.stateHash,
      state.userId,
      state.sessionId,
      state.verifierSealed,
      state.scope,
      state.redirectUri,
      state.at,
    ],
  );
}

export interface TakenState {
  verifier_sealed: string;
  scope: 'user' | 'organization';
  redirect_uri: string;
}

/** Uses an authorization up; `undefined` where it is unknown, over, used, or was begun by somebody else. */
export async function takeState(
  sql: Sql,
  who: {
    workspaceId: string;
    userId: string;
    sessionId: string | null;
    stateHash: string;
    at: string;
  },
): Promise<TakenState | undefined> {
  const { rows } = await sql.query<TakenState>(
    `update oauth_states set used_at = $5
     where workspace_id = $1 and user_id = $2 and state_hash = $3 and used_at is null and expires_at > $5
       and (session_id is null or session_id = $4)
     returning verifier_sealed, scope, redirect_uri`,
    [who.workspaceId, who.userId, who.stateHash, who.sessionId, who.at],
  );
  return rows[0];
}

/** How many codes the user turned into tokens within the last minute. */
export async function countTaken(
  sql: Sql,
  who: { workspaceId: string; userId: string; at: string },
): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(
    `select count(*)::int as n from oauth_states
     where workspace_id = $1 and user_id = $2 and used_at > $3::timestamptz - interval '1 minute'`,
    [who.workspaceId, who.userId, who.at],
  );
  return rows[0]?.n ?? 0;
}

export interface TokenRow {
  workspace_id: string;
  token_sealed: string | null;
  refresh_sealed: string | null;
  access_expires_at: string | null;
  /** Whether the access token lives for another minute. */
  is_fresh: boolean;
  /** Tokens asked for within the last minute. */
  recent: number;
}

/**
 * The pair of a connection. Within a transaction its row is locked to the end: who comes second sees what the
 * first has written. Rows that only name the connection are not kept waiting.
 */
export async function readTokens(
  sql: Sql,
  id: string,
  { at, lock }: { at: string; lock: 'locked' | 'free' },
): Promise<TokenRow | undefined> {
  const { rows } = await sql.query<TokenRow>(
    `select workspace_id, token_sealed, refresh_sealed, access_expires_at,
       coalesce(access_expires_at > $2::timestamptz + interval '1 minute', false) as is_fresh,
       (select count(*)::int from unnest(token_requests) t
        where t > $2::timestamptz - interval '1 minute') as recent
     from calendly_connections where id = $1 ${lock === 'locked' ? 'for no key update' : ''}`,
    [id, at],
  );
  return rows[0];
}

/** Writes the next pair; answers when its access token ends. */
export async function saveTokens(
  sql: Sql,
  id: string,
  pair: { tokenSealed: string; refreshSealed: string; expiresIn: number; at: string },
): Promise<string | undefined> {
  const { rows } = await sql.query<{ access_expires_at: string }>(
    `update calendly_connections set token_sealed = $2, refresh_sealed = $3,
       access_expires_at = $5::timestamptz + make_interval(secs => $4),
       token_requests = array(select t from unnest(token_requests) t
         where t > $5::timestamptz - interval '1 minute') || $5::timestamptz
     where id = $1 and refresh_sealed is not null returning access_expires_at`,
    [id, pair.tokenSealed, pair.refreshSealed, pair.expiresIn, pair.at],
  );
  return rows[0]?.access_expires_at;
}

/** The chain is over: the connection asks no more until somebody links the account again. */
export async function endGrant(
  sql: Sql,
  id: string,
  said: { at: string; code: string; message: string; action: string | null },
): Promise<void> {
  await sql.query(
    `update calendly_connections set refresh_sealed = null,
       state = case when state in ('paused', 'disconnected') then state else 'needs_reauth' end,
       error_code = $3, error_message = $4, error_action = $5, last_error_at = $2, updated_at = $2
     where id = $1`,
    [id, said.at, said.code, said.message, said.action],
  );
}
