/** Becoming a user: by the set-up link, by an invitation, or, where it is open, into a workspace of one's own. */
import { AppError } from '../domain/errors.ts';
import { type Id, type IdSource, newId } from '../domain/id.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import { type AccountLink, findOpenLink, takeLink } from '../store/account-links.ts';
import { appendAudit } from '../store/audit.ts';
import type { Db, Tx } from '../store/db.ts';
import { claimBootstrapped, lockSetup, needsSetup } from '../store/setup.ts';
import { ensureWorkspace, insertWorkspace } from '../store/workspaces.ts';
import { hashKey } from './keys.ts';
import { makeLink } from './links.ts';
import { hashPassword } from './passwords.ts';
import { startSession } from './sessions.ts';
import { type AccountDeps, linkUnfit } from './sign-in.ts';
import { addUser, requireEmailKey } from './users.ts';

export interface Registration {
  email: string;
  password: string;
  name: string | null;
  /** Of a set-up link or an invitation; left out: open sign-up. */
  key?: string | undefined;
}

/** The key of a new set-up link, where the installation is nobody's yet. */
export async function offerSetup(db: Db, ids: IdSource): Promise<string | undefined> {
  if (!(await needsSetup(db))) return undefined;
  return (await makeLink(db, { kind: 'setup', workspaceId: null, createdBy: null }, ids)).key;
}

/**
 * Registers and signs in; answers the cookie's key. Throws `link.unfit`, `invitation.other_address`,
 * `registration.closed`, `user.email_unfit`, `user.password_unfit`, `user.exists`.
 */
export async function register(
  deps: AccountDeps,
  given: Registration,
  allow: { openSignup: boolean; address: string },
): Promise<{ key: string }> {
  const { db, ids } = deps;
  const emailKey = requireEmailKey(given.email);
  // looked at before the work of hashing is done, used up after it
  const ticket = await findTicket(deps, given.key, allow.openSignup);
  if (ticket?.link.kind === 'invitation' && ticket.link.email_key !== emailKey)
    throw otherAddress();
  const passwordHash = await hashPassword(given.password, (length) => ids.bytes(length));
  const person: Person = { email: given.email.trim(), emailKey, name: given.name, passwordHash };
  return db.tx(async (tx) => {
    const user = await admit(tx, ids, { person, keyHash: ticket?.keyHash ?? null });
    await appendAudit(
      tx,
      {
        workspaceId: user.workspaceId,
        actorId: user.id,
        action: 'user.registered',
        subject: user.id,
        address: allow.address,
        detail: { by: ticket?.link.kind ?? 'signup' },
      },
      ids,
    );
    const { key } = await startSession(tx, user, ids);
    return { key };
  });
}

interface Person {
  email: string;
  emailKey: string;
  name: string | null;
  passwordHash: string;
}

interface Ticket {
  link: AccountLink;
  keyHash: Uint8Array;
}

async function findTicket(
  { db, ids }: AccountDeps,
  key: string | undefined,
  isOpen: boolean,
): Promise<Ticket | undefined> {
  if (key === undefined) {
    if (isOpen) return undefined;
    throw new AppError({
      kind: 'denied',
      code: 'registration.closed',
      message: 'Registering needs an invitation here.',
      action: 'Ask an admin for one.',
    });
  }
  const keyHash = hashKey(key);
  const at = timestampFromMs(ids.now());
  const link = keyHash === undefined ? undefined : await findOpenLink(db, keyHash, at);
  if (keyHash === undefined || link === undefined || link.kind === 'reset') throw linkUnfit();
  return { link, keyHash };
}

async function admit(
  tx: Tx,
  ids: IdSource,
  { person, keyHash }: { person: Person; keyHash: Uint8Array | null },
): Promise<{ workspaceId: Id; id: Id }> {
  if (keyHash === null) {
    const workspaceId = newId(ids);
    await insertWorkspace(tx, { id: workspaceId, name: person.name ?? 'Workspace' });
    return addUser(tx, { ...person, workspaceId, role: 'admin' }, ids);
  }
  const link = await takeLink(tx, keyHash, timestampFromMs(ids.now()));
  if (link === undefined) throw linkUnfit();
  if (link.kind === 'setup') return setUp(tx, ids, person);
  if (link.workspace_id === null || link.role === null) throw linkUnfit();
  return addUser(tx, { ...person, workspaceId: link.workspace_id, role: link.role }, ids);
}

/** The first admin: whom the start made for the environment's token, else a new one. */
async function setUp(tx: Tx, ids: IdSource, person: Person): Promise<{ workspaceId: Id; id: Id }> {
  await lockSetup(tx);
  // the installation has become somebody's since the link was made
  if (!(await needsSetup(tx))) throw linkUnfit();
  const claimed = await claimBootstrapped(tx, { ...person, at: timestampFromMs(ids.now()) });
  if (claimed !== undefined) return claimed;
  const workspaceId = await ensureWorkspace(tx, { id: newId(ids), name: 'Workspace' });
  return addUser(tx, { ...person, workspaceId, role: 'admin' }, ids);
}

function otherAddress(): AppError {
  return new AppError({
    kind: 'denied',
    code: 'invitation.other_address',
    message: 'This invitation is for another e-mail address.',
    action: 'Register with the address that was invited, or ask for another invitation.',
  });
}
