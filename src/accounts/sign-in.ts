/** Signing in with address and password, and changing the password. */
import { emailKey } from '../domain/email.ts';
import { AppError } from '../domain/errors.ts';
import type { Id, IdSource } from '../domain/id.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import { takeLink, findOpenLink, revokeLinks } from '../store/account-links.ts';
import { appendAudit } from '../store/audit.ts';
import { findCredentials, findCredentialsByKey, savePassword } from '../store/credentials.ts';
import type { Db, Tx } from '../store/db.ts';
import { endSessions } from '../store/sessions.ts';
import { hashKey } from './keys.ts';
import { checkPassword, hashPassword } from './passwords.ts';
import { startSession } from './sessions.ts';

export interface AccountDeps {
  db: Db;
  ids: IdSource;
}

/**
 * A session for who knows the password: its cookie key. Undefined for every reason not to, after the
 * same work. Both are audited, where the address is a user's.
 */
export async function signIn(
  { db, ids }: AccountDeps,
  given: { email: string; password: string },
  address: string,
): Promise<{ key: string } | undefined> {
  const emailAsKey = emailKey(given.email);
  const user = emailAsKey === undefined ? undefined : await findCredentialsByKey(db, emailAsKey);
  const isRight = await checkPassword(given.password, user?.password_hash ?? null);
  if (user === undefined) return undefined;
  const who = { workspaceId: user.workspace_id, id: user.id };
  const audit = { workspaceId: who.workspaceId, subject: who.id, address };
  return db.tx(async (tx) => {
    const now = isRight ? await findCredentials(tx, who, true) : undefined;
    // changed since it was checked: the old one opens nothing any more
    if (now?.password_hash !== user.password_hash) {
      await appendAudit(tx, { ...audit, actorId: null, action: 'sign_in.refused' }, ids);
      return undefined;
    }
    const { key } = await startSession(tx, who, ids);
    await appendAudit(tx, { ...audit, actorId: who.id, action: 'sign_in.ok' }, ids);
    return { key };
  });
}

export interface PasswordChange {
  user: { workspaceId: Id; id: Id };
  password: string;
  /** The session that goes on; all others of the user end. */
  keep: Id | null;
  /** Null: by a command on the machine. */
  actorId: Id | null;
  address: string | null;
}

/** Changes the password of who knows the current one. Throws `password.current_wrong`, `user.password_unfit`. */
export async function changePassword(
  deps: AccountDeps,
  change: PasswordChange & { current: string },
): Promise<void> {
  const before = await findCredentials(deps.db, change.user, false);
  if (!(await checkPassword(change.current, before?.password_hash ?? null))) throw currentWrong();
  const passwordHash = await hash(deps, change.password);
  await deps.db.tx(async (tx) => {
    const now = await findCredentials(tx, change.user, true);
    if (now?.password_hash !== before?.password_hash) throw currentWrong();
    await replacePassword(tx, deps.ids, { change, passwordHash });
  });
}

/** Sets a user's password without asking for the old one: for commands on the machine. */
export async function setPassword(deps: AccountDeps, change: PasswordChange): Promise<void> {
  const passwordHash = await hash(deps, change.password);
  await deps.db.tx((tx) => replacePassword(tx, deps.ids, { change, passwordHash }));
}

/** Sets the password that a reset link is for, once. Throws `link.unfit`, `user.password_unfit`. */
export async function resetPassword(
  deps: AccountDeps,
  given: { key: string; password: string },
  address: string,
): Promise<void> {
  const keyHash = hashKey(given.key);
  const at = timestampFromMs(deps.ids.now());
  const open = keyHash === undefined ? undefined : await findOpenLink(deps.db, keyHash, at);
  if (keyHash === undefined || open?.kind !== 'reset') throw linkUnfit();
  const passwordHash = await hash(deps, given.password);
  await deps.db.tx(async (tx) => {
    const link = await takeLink(tx, keyHash, at);
    if (link === undefined || link.workspace_id === null || link.user_id === null)
      throw linkUnfit();
    const user = { workspaceId: link.workspace_id, id: link.user_id };
    if ((await findCredentials(tx, user, true)) === undefined) throw linkUnfit();
    const change = { user, keep: null, actorId: link.user_id, address };
    await replacePassword(tx, deps.ids, { change, passwordHash });
  });
}

/** The refusal of a link that is unknown, used, taken back or too old: nobody learns which. */
export function linkUnfit(): AppError {
  return new AppError({
    kind: 'denied',
    code: 'link.unfit',
    message: 'This link is not good: it is unknown, was used already, or is too old.',
    action: 'Ask for a new one.',
  });
}

function hash(deps: AccountDeps, password: string): Promise<string> {
  return hashPassword(password, (length) => deps.ids.bytes(length));
}

async function replacePassword(
  tx: Tx,
  ids: IdSource,
  made: { change: Omit<PasswordChange, 'password'>; passwordHash: string },
): Promise<void> {
  const { user, keep, actorId, address } = made.change;
  const at = timestampFromMs(ids.now());
  await savePassword(tx, { ...user, at }, made.passwordHash);
  const ended = await endSessions(tx, { ...user, at }, keep);
  const { workspaceId } = user;
  await revokeLinks(tx, { workspaceId, at, kind: 'reset' }, { userId: user.id });
  const detail = { sessions_ended: ended };
  const entry = { workspaceId, actorId, subject: user.id, address, detail };
  await appendAudit(tx, { ...entry, action: 'password.changed' }, ids);
}

function currentWrong(): AppError {
  return new AppError({
    kind: 'denied',
    code: 'password.current_wrong',
    message: 'The current password is wrong.',
    action: 'Without it, an admin can make a link for a new one.',
  });
}
