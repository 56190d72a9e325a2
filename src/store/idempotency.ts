/** Answers that were given to requests with an Idempotency-Key: the same request again is not done again. */
import { AppError } from '../domain/errors.ts';
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';

export interface IdempotentRequest {
  workspaceId: Id;
  userId: Id;
  /** The header's text with the kind of request before it. */
  key: string;
  /** What is asked for, as a hash. */
  fingerprint: string;
}

/**
 * Claims the key for `answer`, ids that the request is going to make. `undefined` where it is the first;
 * else what the first one asked for and was answered, once that one has been committed.
 */
export async function claimKey(
  tx: Tx,
  request: IdempotentRequest,
  answer: readonly Id[],
): Promise<{ fingerprint: string; answer: Id[] } | undefined> {
  const who = [request.workspaceId, request.userId, request.key];
  const { count } = await tx.query(
    `insert into idempotency_keys (workspace_id, user_id, key, fingerprint, answer, created_at)
     values ($1, $2, $3, $4, $5::jsonb, $6::timestamptz) on conflict do nothing`,
    [...who, request.fingerprint, JSON.stringify(answer), await tx.clock()],
  );
  if (count === 1) return undefined;
  const { rows } = await tx.query<{ fingerprint: string; answer: Id[] }>(
    `select fingerprint, answer from idempotency_keys
     where workspace_id = $1 and user_id = $2 and key = $3`,
    who,
  );
  return rows[0];
}

/** Forgets keys older than `before`; answers how many. */
export async function forgetKeys(sql: Sql, before: string): Promise<number> {
  return (await sql.query('delete from idempotency_keys where created_at < $1', [before])).count;
}

/** For a key that was used for another request. */
export function keyMismatch(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'idempotency.mismatch',
    message: 'This Idempotency-Key was used for another request.',
    action: 'Use a new key for what is not the same request.',
  });
}
