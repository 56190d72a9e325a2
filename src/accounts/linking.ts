/** Linking a Calendly account to a user: one connection for each account, whatever token opens it. */
import { createHmac } from 'node:crypto';
import type { Keyring } from '../base/box.ts';
import type { CalendlyOrganization, CalendlyUser } from '../domain/account.ts';
import { AppError } from '../domain/errors.ts';
import { type IdSource, newId } from '../domain/id.ts';
import type { Preflight } from '../domain/preflight.ts';
import { refreshPlace, tokenPlace } from '../domain/sealed-places.ts';
import { saveAccount } from '../store/connections.ts';
import type { Tx } from '../store/db.ts';
import {
  findLinked,
  insertLinked,
  type LinkedRow,
  lockUser,
  saveCredentials,
  savePreflight,
} from '../store/linking.ts';

/** What opens the account. */
export type AccountKey =
  | { kind: 'token'; token: string }
  | { kind: 'oauth'; access: string; refresh: string; expiresAt: string };

export interface AccountLink {
  workspaceId: string;
  userId: string;
  key: AccountKey;
  scope: 'user' | 'organization';
  user: CalendlyUser;
  organization: CalendlyOrganization | null;
  preflight: Preflight;
}

export interface LinkingDeps {
  keyring: Keyring;
  /** Keys the hash by which a token of the environment is recognised. */
  hashKey: Uint8Array;
  ids: IdSource;
}

export interface Linked {
  id: string;
  /** False where the user had this account linked before: its token was replaced, and it goes on. */
  created: boolean;
}

/**
 * Links the account within `tx`. The same account of the same user is one connection: one in use gets the new
 * token, a paused or unlinked one is revived with all its rows. Throws `user.gone`.
 */
export async function linkAccount(tx: Tx, deps: LinkingDeps, link: AccountLink): Promise<Linked> {
  if (!(await lockUser(tx, link))) throw userGone();
  const at = await tx.clock();
  const known = await findLinked(tx, link, link.user.uri);
  const id = known?.id ?? newId(deps.ids);
  const row = { workspaceId: link.workspaceId, id, at };
  if (known === undefined) {
    await insertLinked(tx, { ...row, userId: link.userId, calendlyUserUri: link.user.uri });
  }
  await saveCredentials(tx, row, { ...seal(deps, id, link), ...originOf(deps, known, link.key) });
  const facts = { at, user: link.user, organization: link.organization, role: link.preflight.role };
  await saveAccount(tx, { workspace_id: link.workspaceId, id }, facts);
  await savePreflight(tx, row, link.preflight);
  return { id, created: known === undefined };
}

function seal(
  deps: LinkingDeps,
  id: string,
  { key, scope }: AccountLink,
): {
  kind: 'token' | 'oauth';
  scope: 'user' | 'organization';
  tokenSealed: string;
  refreshSealed: string | null;
  accessExpiresAt: string | null;
} {
  const { keyring } = deps;
  if (key.kind === 'token') {
    const tokenSealed = keyring.seal(key.token, tokenPlace(id));
    return { kind: key.kind, scope, tokenSealed, refreshSealed: null, accessExpiresAt: null };
  }
  return {
    kind: key.kind,
    scope,
    tokenSealed: keyring.seal(key.access, tokenPlace(id)),
    refreshSealed: keyring.seal(key.refresh, refreshPlace(id)),
    accessExpiresAt: key.expiresAt,
  };
}

/**
 * A connection of the environment stays one, with the hash of the environment's token: the next start finds
 * its token known and leaves the one that the user gave alone.
 */
function originOf(
  deps: LinkingDeps,
  known: LinkedRow | undefined,
  key: AccountKey,
): { origin: string; tokenHash: string | null } {
  if (known?.origin === 'environment' && known.state !== 'disconnected') {
    return { origin: known.origin, tokenHash: known.token_hash };
  }
  const tokenHash = key.kind === 'token' ? hashToken(deps.hashKey, key.token) : null;
  return { origin: 'user', tokenHash };
}

/** Recognises a token without keeping it. */
export function hashToken(hashKey: Uint8Array, token: string): string {
  return createHmac('sha256', hashKey).update(token).digest('base64url');
}

function userGone(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'user.gone',
    message: 'The user whose account this would be is not there any more',
  });
}
