/** Who a host application's token speaks of, as a user here: unknown ones get a workspace. */
import { emailKey } from '../domain/email.ts';
import { newId, type Id, type IdSource } from '../domain/id.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import { takeInvitationOf } from '../store/account-links.ts';
import { appendAudit } from '../store/audit.ts';
import type { Tx } from '../store/db.ts';
import {
  claimWorkspace,
  findClaimedWorkspace,
  findSubject,
  insertSubject,
  lockSubject,
  type SubjectRow,
} from '../store/subjects.ts';
import { insertWorkspace } from '../store/workspaces.ts';
import type { Caller } from './caller.ts';
import type { Subject } from './host-tokens.ts';
import type { AccountDeps } from './sign-in.ts';

/**
 * The user of a verified subject. One that never came gets a workspace of its own as its admin, or joins the
 * one that the claim names (its first subject is its admin) or to which its verified address was invited. Undefined for one that was removed.
 */
export async function callerOfSubject(
  { db, ids }: AccountDeps,
  subject: Subject,
): Promise<Caller | undefined> {
  const known =
    (await findSubject(db, subject)) ?? (await db.tx((tx) => welcome(tx, ids, subject)));
  if (known.removed) return undefined;
  const { workspace_id: workspaceId, id: userId, role, email } = known;
  return { workspaceId, userId, role, email };
}

async function welcome(tx: Tx, ids: IdSource, subject: Subject): Promise<SubjectRow> {
  await lockSubject(tx, subject);
  const meanwhile = await findSubject(tx, subject);
  if (meanwhile !== undefined) return meanwhile;
  const { workspaceId, role } = await placeFor(tx, ids, subject);
  const user = { workspaceId, id: newId(ids), role, email: subject.email ?? subject.subject };
  await insertSubject(tx, { ...subject, ...user, createdAt: timestampFromMs(ids.now()) });
  const entry = { workspaceId, actorId: user.id, subject: user.id, detail: { by: 'host' } };
  await appendAudit(tx, { ...entry, action: 'user.registered' }, ids);
  return { workspace_id: workspaceId, id: user.id, role, email: user.email, removed: false };
}

/** Where the subject was invited to, by an address that the host application has verified. */
async function takeInvitation(
  tx: Tx,
  ids: IdSource,
  { email, isEmailVerified }: Subject,
): Promise<{ workspaceId: Id; role: 'admin' | 'member' } | undefined> {
  const key = isEmailVerified && email !== null ? emailKey(email) : undefined;
  if (key === undefined) return undefined;
  const link = await takeInvitationOf(tx, key, timestampFromMs(ids.now()));
  if (link === undefined || link.workspace_id === null || link.role === null) return undefined;
  return { workspaceId: link.workspace_id, role: link.role };
}

async function placeFor(
  tx: Tx,
  ids: IdSource,
  subject: Subject,
): Promise<{ workspaceId: Id; role: 'admin' | 'member' }> {
  const { issuer, workspace } = subject;
  const claimed =
    workspace === null ? undefined : await findClaimedWorkspace(tx, { issuer, workspace });
  if (claimed !== undefined) return { workspaceId: claimed, role: 'member' };
  const invited = workspace === null ? await takeInvitation(tx, ids, subject) : undefined;
  if (invited !== undefined) return invited;
  const id = newId(ids);
  await insertWorkspace(tx, {
    id,
    name: workspace ?? subject.name ?? subject.email ?? 'Workspace',
  });
  if (workspace !== null) await claimWorkspace(tx, { id, issuer, workspace });
  return { workspaceId: id, role: 'admin' };
}
