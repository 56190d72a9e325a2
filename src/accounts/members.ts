/** Members of a workspace: adding, changing and removing them. There is always an admin. */
import { AppError } from '../domain/errors.ts';
import type { Id, IdSource } from '../domain/id.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import { revokeTokens } from '../store/access-tokens.ts';
import { revokeLinks } from '../store/account-links.ts';
import { appendAudit } from '../store/audit.ts';
import type { Tx } from '../store/db.ts';
import { editMember, findMember, lockAdmins, markRemoved } from '../store/members.ts';
import { endSessions } from '../store/sessions.ts';
import { disconnectUser } from '../store/unlinking.ts';
import { findUserByKey } from '../store/users.ts';
import type { Caller, Role } from './caller.ts';
import { type MadeLink, makeLink } from './links.ts';
import { addUser, emailTaken, requireEmailKey } from './users.ts';

/** Who does it, for the audit trail; `actorId` null: a command on the machine. */
export interface Actor {
  workspaceId: Id;
  actorId: Id | null;
  address: string | null;
}

/** The caller of a request as the one who does it. */
export function actorOf(caller: Caller, address: string): Actor {
  return { workspaceId: caller.workspaceId, actorId: caller.userId, address };
}

/**
 * Adds a member at once; without a password, with a link to set one. Throws `user.exists`,
 * `user.email_unfit`.
 */
export async function addMember(
  tx: Tx,
  add: { email: string; role: Role; name: string | null; passwordHash?: string },
  by: Actor & { ids: IdSource },
): Promise<{ id: Id; link: MadeLink | null }> {
  const { workspaceId, ids } = by;
  const { id } = await addUser(tx, { ...add, workspaceId }, ids);
  await audit(tx, by, { action: 'member.added', subject: id, detail: { role: add.role } });
  const link = add.passwordHash === undefined ? await linkFor(tx, { id }, by) : null;
  return { id, link };
}

/** A link by which the member sets a new password; earlier ones are void. Throws `member.not_found`. */
export async function makeResetLink(
  tx: Tx,
  id: Id,
  by: Actor & { ids: IdSource },
): Promise<MadeLink> {
  const { workspaceId, ids } = by;
  if ((await findMember(tx, { workspaceId, id })) === undefined) throw noMember();
  const at = timestampFromMs(ids.now());
  await revokeLinks(tx, { workspaceId, at, kind: 'reset' }, { userId: id });
  await audit(tx, by, { action: 'password.link_made', subject: id });
  return linkFor(tx, { id }, by);
}

/** Changes role or name. Throws `member.not_found`, `member.last_admin`. */
export async function changeMember(
  tx: Tx,
  change: { id: Id; role?: Role | undefined; name?: string | null | undefined },
  by: Actor & { ids: IdSource },
): Promise<void> {
  const { workspaceId } = by;
  const { id, role } = change;
  if (role === 'member') await keepAnAdmin(tx, workspaceId, id);
  if (!(await editMember(tx, { workspaceId, id }, change))) throw noMember();
  if (role === undefined) return;
  await audit(tx, by, { action: 'member.role_changed', subject: id, detail: { role } });
}

/**
 * Removes a member: sessions, tokens and links end, connections are disconnected, meetings stay.
 * Answers the connections. Throws `member.not_found`, `member.last_admin`.
 */
export async function removeMember(
  tx: Tx,
  id: Id,
  by: Actor & { ids: IdSource },
): Promise<{ connectionIds: Id[] }> {
  const { workspaceId, ids } = by;
  await keepAnAdmin(tx, workspaceId, id);
  const user = { workspaceId, id, at: timestampFromMs(ids.now()) };
  if (!(await markRemoved(tx, user))) throw noMember();
  const sessions = await endSessions(tx, user, null);
  const tokens = await revokeTokens(tx, user);
  await revokeLinks(tx, { ...user, kind: 'reset' }, { userId: id });
  const connectionIds = await disconnectUser(tx, { ...user, at: await tx.clock() });
  const detail = { sessions, tokens, connections: connectionIds.length };
  await audit(tx, by, { action: 'member.removed', subject: id, detail });
  return { connectionIds };
}

/**
 * Invites an address; an earlier invitation of it is void. Throws `user.email_unfit`, and
 * `user.exists` where it is a member already.
 */
export async function invite(
  tx: Tx,
  invitation: { email: string; role: Role },
  by: Actor & { ids: IdSource },
): Promise<MadeLink & { email: string }> {
  const { workspaceId, actorId, ids } = by;
  const email = invitation.email.trim();
  const emailKey = requireEmailKey(email);
  const known = await findUserByKey(tx, emailKey);
  // of other workspaces nothing is told here: who has the link learns it
  if (known?.workspace_id === workspaceId) throw emailTaken();
  const at = timestampFromMs(ids.now());
  await revokeLinks(tx, { workspaceId, at, kind: 'invitation' }, { emailKey });
  const invited = { email, emailKey, role: invitation.role };
  const link = { kind: 'invitation' as const, workspaceId, invited, createdBy: actorId };
  const made = await makeLink(tx, link, ids);
  const detail = { role: invitation.role };
  await audit(tx, by, { action: 'invitation.created', subject: made.id, detail });
  return { ...made, email };
}

/** Takes an open invitation back. Throws `invitation.not_found`. */
export async function withdrawInvitation(
  tx: Tx,
  id: Id,
  by: Actor & { ids: IdSource },
): Promise<void> {
  const which = {
    workspaceId: by.workspaceId,
    at: timestampFromMs(by.ids.now()),
    kind: 'invitation' as const,
  };
  if ((await revokeLinks(tx, which, { id })) === 0) {
    throw new AppError({
      kind: 'not_found',
      code: 'invitation.not_found',
      message: 'There is no such open invitation.',
    });
  }
  await audit(tx, by, { action: 'invitation.withdrawn', subject: id });
}

function linkFor(tx: Tx, user: { id: Id }, by: Actor & { ids: IdSource }): Promise<MadeLink> {
  const { workspaceId, actorId, ids } = by;
  return makeLink(tx, { kind: 'reset', workspaceId, userId: user.id, createdBy: actorId }, ids);
}

/** Held until the end of the transaction, so that the last two admins cannot go at once. */
async function keepAnAdmin(tx: Tx, workspaceId: Id, leaving: Id): Promise<void> {
  const admins = await lockAdmins(tx, workspaceId);
  if (admins.length !== 1 || admins[0] !== leaving) return;
  throw new AppError({
    kind: 'conflict',
    code: 'member.last_admin',
    message: 'This is the last admin of the workspace.',
    action: 'Make somebody else an admin first.',
  });
}

function audit(
  tx: Tx,
  by: Actor & { ids: IdSource },
  entry: { action: string; subject: Id; detail?: Record<string, string | number> },
): Promise<void> {
  const { workspaceId, actorId, address, ids } = by;
  return appendAudit(tx, { workspaceId, actorId, address, ...entry }, ids);
}

function noMember(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'member.not_found',
    message: 'There is no such member.',
  });
}
