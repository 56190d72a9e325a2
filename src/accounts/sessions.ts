/** Sessions of browsers: begun at sign-in, found by the key in the cookie, ended by sign-out. */
import { type Id, type IdSource, newId } from '../domain/id.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import type { Sql, Tx } from '../store/db.ts';
import { findSessionHolder, insertSession, touchSession } from '../store/sessions.ts';
import type { Caller } from './caller.ts';
import { csrfTokenOf, hashKey, newKey } from './keys.ts';

const DAY_MS = 86_400_000;
/** From sign-in on, whatever happens. */
export const SESSION_DAYS = 30;
/** Without a request. */
const IDLE_DAYS = 14;
const TOUCH_EVERY_MS = 5 * 60_000;

export interface Session {
  id: Id;
  caller: Caller;
  /** Demanded of every request that changes something. */
  csrfToken: string;
}

/** Begins a session; answers the key for the cookie, which nobody can read again. */
export async function startSession(
  tx: Tx,
  user: { workspaceId: Id; id: Id },
  ids: IdSource,
): Promise<{ key: string; id: Id }> {
  const [key, id] = [newKey(ids), newId(ids)];
  await insertSession(tx, {
    workspaceId: user.workspaceId,
    id,
    userId: user.id,
    keyHash: hashKey(key) ?? new Uint8Array(),
    createdAt: timestampFromMs(ids.now()),
    expiresAt: timestampFromMs(ids.now() + SESSION_DAYS * DAY_MS),
  });
  return { key, id };
}

/** The session of a cookie's key at `now` (milliseconds); undefined where it ended, expired, or its user was removed. */
export async function findSession(
  sql: Sql,
  key: string,
  now: number,
): Promise<Session | undefined> {
  const keyHash = hashKey(key);
  if (keyHash === undefined) return undefined;
  const at = timestampFromMs(now);
  const seenSince = timestampFromMs(now - IDLE_DAYS * DAY_MS);
  const holder = await findSessionHolder(sql, keyHash, { at, seenSince });
  if (holder === undefined) return undefined;
  const { id, workspace_id: workspaceId, user_id: userId, role, email } = holder;
  if (holder.last_seen_at < timestampFromMs(now - TOUCH_EVERY_MS)) {
    await touchSession(sql, { workspaceId, id, at });
  }
  return { id, caller: { workspaceId, userId, role, email }, csrfToken: csrfTokenOf(key) };
}
