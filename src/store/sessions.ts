/** Sessions of browsers as rows. The key in the cookie is never kept, only its hash. */
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';

export interface NewSession {
  workspaceId: Id;
  id: Id;
  userId: Id;
  keyHash: Uint8Array;
  createdAt: string;
  expiresAt: string;
}

export async function insertSession(tx: Tx, session: NewSession): Promise<void> {
  await tx.query(
    `insert into sessions (workspace_id, id, user_id, key_hash, created_at, last_seen_at, expires_at)
     values ($1, $2, $3, $4, $5, $5, $6)`,
    [
      session.workspaceId,
      session.id,
      session.userId,
      session.keyHash,
      session.createdAt,
      session.expiresAt,
    ],
  );
}

export interface SessionHolder {
  id: Id;
  workspace_id: Id;
  user_id: Id;
  role: 'admin' | 'member';
  email: string;
  last_seen_at: string;
}

/** Whose the session is, where it is good at `at` and was used after `seenSince`. */
export async function findSessionHolder(
  sql: Sql,
  keyHash: Uint8Array,
  good: { at: string; seenSince: string },
): Promise<SessionHolder | undefined> {
  const { rows } = await sql.query<SessionHolder>(
    `select s.id, s.workspace_id, s.user_id, u.role, u.email, s.last_seen_at
     from sessions s join users u on u.workspace_id = s.workspace_id and u.id = s.user_id
     where s.key_hash = $1 and s.revoked_at is null and u.removed_at is null
       and s.expires_at > $2 and s.last_seen_at > $3`,
    [keyHash, good.at, good.seenSince],
  );
  return rows[0];
}

/** Remembers that the session is in use. */
export async function touchSession(
  sql: Sql,
  session: { workspaceId: Id; id: Id; at: string },
): Promise<void> {
  await sql.query(
    `update sessions set last_seen_at = $3 where workspace_id = $1 and id = $2 and last_seen_at < $3`,
    [session.workspaceId, session.id, session.at],
  );
}

/** Ends one session; false where it had ended. */
export async function endSession(
  tx: Tx,
  session: { workspaceId: Id; id: Id; at: string },
): Promise<boolean> {
  const { count } = await tx.query(
    `update sessions set revoked_at = $3 where workspace_id = $1 and id = $2 and revoked_at is null`,
    [session.workspaceId, session.id, session.at],
  );
  return count === 1;
}

/** Ends all sessions of the user but `except`; answers how many. */
export async function endSessions(
  tx: Tx,
  user: { workspaceId: Id; id: Id; at: string },
  except: Id | null,
): Promise<number> {
  const { count } = await tx.query(
    `update sessions set revoked_at = $3
     where workspace_id = $1 and user_id = $2 and revoked_at is null and ($4::uuid is null or id <> $4)`,
    [user.workspaceId, user.id, user.at, except],
  );
  return count;
}

/** Forgets sessions that ended or expired before `before`; answers how many. */
export async function forgetSessions(sql: Sql, before: string): Promise<number> {
  const { count } = await sql.query(
    'delete from sessions where expires_at < $1 or revoked_at < $1',
    [before],
  );
  return count;
}
