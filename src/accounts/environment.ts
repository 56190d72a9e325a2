/** The environment's token as a connection of the first admin: made, replaced, paused, never lost. */
import type { Keyring } from '../base/box.ts';
import type { CalendlyUser } from '../domain/account.ts';
import { emailKey } from '../domain/email.ts';
import { AppError } from '../domain/errors.ts';
import { type IdSource, newId } from '../domain/id.ts';
import { tokenPlace } from '../domain/sealed-places.ts';
import type { Db, Tx } from '../store/db.ts';
import {
  claimForEnvironment,
  type EnvironmentConnection,
  findTwin,
  insertConnection,
  isUnlinked,
  listEnvironmentConnections,
  lockEnvironment,
  nameBootstrappedUser,
  readSealedToken,
  replaceToken,
  type SealedToken,
  setConnectionState,
} from '../store/environment.ts';
import { ensureWorkspace } from '../store/workspaces.ts';
import { hashToken } from './linking.ts';
import { addUser, firstAdmin } from './users.ts';

export interface EnvironmentDeps {
  db: Db;
  keyring: Keyring;
  /** Keys the hash by which a changed token is noticed. */
  hashKey: Uint8Array;
  ids: IdSource;
}

export interface EnvironmentToken {
  token: string;
  scope: 'user' | 'organization';
}

/** What the address of a user made by the start is until Calendly has told it. */
export const UNNAMED_ADMIN = 'admin@localhost';

/**
 * Brings the connections in step with `CALENDLY_PERSONAL_ACCESS_TOKEN` (contract §2). Another token of the same
 * Calendly user replaces the old one, a token of another user makes a second connection and pauses the
 * first, no token pauses. Rows stay in every case. `whose` asks Calendly for the owner of a new token
 * where there is a connection already; null when it cannot be told now. False where the token's connection was
 * unlinked by a user: it stays so.
 */
export async function adoptEnvironmentToken(
  deps: EnvironmentDeps,
  given: EnvironmentToken | null,
  whose: () => Promise<CalendlyUser | null>,
): Promise<boolean> {
  const before = await listEnvironmentConnections(deps.db);
  if (given === null) {
    await pauseAll(deps, before);
    return true;
  }
  const hash = hashToken(deps.hashKey, given.token);
  const isKnown = before.some((one) => one.token_hash === hash);
  if (!isKnown && (await isUnlinked(deps.db, hash))) {
    await pauseAll(deps, before);
    return false;
  }
  const isNew = before.length > 0 && !isKnown;
  const user = isNew ? await whose() : null;
  await deps.db.tx(async (tx) => {
    // of processes that start at once each sees what the one before it has made
    await lockEnvironment(tx);
    const known = await listEnvironmentConnections(tx);
    const same = known.find((connection) => connection.token_hash === hash);
    const at = await tx.clock();
    const account =
      user === null ? undefined : known.find((one) => one.calendly_user_uri === user.uri);
    const kept = same ?? account;
    if (kept === undefined) {
      await addConnection(tx, deps, { given, hash, at });
    } else {
      const token = seal(deps, kept.id, { given, hash });
      const changed = same === undefined || same.scope !== given.scope;
      await refresh(tx, { kept, token, changed, at });
    }
    // Calendly could not tell whose the new token is: the old connection goes on until it can
    if (same === undefined && user === null) return;
    for (const other of known.filter((one) => one !== kept && one.state !== 'paused')) {
      await setConnectionState(tx, { workspaceId: other.workspace_id, id: other.id, at }, 'paused');
    }
  });
  return true;
}

/**
 * Told by a run whose account a token opens. Names a user made by the start; a token of an account that
 * another connection of the user has is moved there, and `connection.moved` ends the run.
 */
export async function identifyEnvironment(
  deps: EnvironmentDeps,
  connection: { workspace_id: string; id: string; user_id: string; origin: string },
  user: CalendlyUser,
): Promise<void> {
  if (connection.origin !== 'environment') return;
  const known = await listEnvironmentConnections(deps.db);
  const self = known.find((one) => one.id === connection.id);
  const others = known.filter((one) => one.id !== connection.id);
  const isNew = self?.calendly_user_uri === null;
  const twin = await deps.db.tx(async (tx) => {
    const at = await tx.clock();
    const key = emailKey(user.email);
    if (key !== undefined) {
      await nameBootstrappedUser(tx, {
        workspaceId: connection.workspace_id,
        id: connection.user_id,
        email: user.email,
        emailKey: key,
      });
    }
    if (self === undefined || !isNew) return undefined;
    const same = await findTwin(tx, connection, user.uri);
    if (same !== undefined) await moveToken(tx, deps, { from: self, to: same, at });
    for (const other of others.filter((one) => one.id !== same?.id && one.state !== 'paused')) {
      await setConnectionState(tx, { workspaceId: other.workspace_id, id: other.id, at }, 'paused');
    }
    return same;
  });
  if (twin !== undefined) throw moved();
}

/** The first admin; made without a password where there is nobody yet. */
export async function ensureFirstAdmin(
  tx: Tx,
  ids: IdSource,
  email = UNNAMED_ADMIN,
): Promise<{ workspaceId: string; id: string }> {
  const admin = await firstAdmin(tx);
  if (admin !== undefined) return admin;
  const workspaceId = await ensureWorkspace(tx, { id: newId(ids), name: 'Workspace' });
  return addUser(tx, { workspaceId, email, role: 'admin', bootstrapped: true }, ids);
}

async function addConnection(
  tx: Tx,
  deps: EnvironmentDeps,
  add: { given: EnvironmentToken; hash: string; at: string },
): Promise<void> {
  const admin = await ensureFirstAdmin(tx, deps.ids);
  const id = newId(deps.ids);
  const place = { workspaceId: admin.workspaceId, userId: admin.id, id, at: add.at };
  await insertConnection(tx, { ...place, origin: 'environment' }, seal(deps, id, add));
}

async function refresh(
  tx: Tx,
  keep: { kept: EnvironmentConnection; token: SealedToken; changed: boolean; at: string },
): Promise<void> {
  const { kept, token, changed, at } = keep;
  const row = { workspaceId: kept.workspace_id, id: kept.id, at };
  if (changed) await replaceToken(tx, row, token);
  else if (kept.state === 'paused' && !kept.paused_by_user)
    await setConnectionState(tx, row, 'active');
}

async function moveToken(
  tx: Tx,
  deps: EnvironmentDeps,
  move: { from: EnvironmentConnection; to: EnvironmentConnection; at: string },
): Promise<void> {
  const sealed = await readSealedToken(tx, move.from.id);
  if (sealed === undefined) return;
  const token = deps.keyring.open(sealed, tokenPlace(move.from.id));
  await replaceToken(
    tx,
    { workspaceId: move.to.workspace_id, id: move.to.id, at: move.at },
    {
      sealed: deps.keyring.seal(token, tokenPlace(move.to.id)),
      hash: move.from.token_hash ?? '',
      scope: move.from.scope,
    },
  );
  await claimForEnvironment(tx, { workspaceId: move.to.workspace_id, id: move.to.id });
  await setConnectionState(
    tx,
    { workspaceId: move.from.workspace_id, id: move.from.id, at: move.at },
    'disconnected',
  );
}

async function pauseAll(
  deps: EnvironmentDeps,
  known: readonly EnvironmentConnection[],
): Promise<void> {
  const live = known.filter((connection) => connection.state !== 'paused');
  if (live.length === 0) return;
  await deps.db.tx(async (tx) => {
    const at = await tx.clock();
    for (const one of live) {
      await setConnectionState(tx, { workspaceId: one.workspace_id, id: one.id, at }, 'paused');
    }
  });
}

function seal(
  deps: EnvironmentDeps,
  connectionId: string,
  { given, hash }: { given: EnvironmentToken; hash: string },
): SealedToken {
  return {
    sealed: deps.keyring.seal(given.token, tokenPlace(connectionId)),
    hash,
    scope: given.scope,
  };
}

function moved(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'connection.moved',
    message:
      'The token belongs to a Calendly account that is connected already, and was moved there',
    action: 'Nothing to do: the next run reads that connection.',
  });
}
