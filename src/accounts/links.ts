/** Making one-time links: the set-up of an installation, invitations, new passwords. */
import { type Id, type IdSource, newId } from '../domain/id.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import { insertAccountLink, type LinkKind } from '../store/account-links.ts';
import type { Sql } from '../store/db.ts';
import type { Role } from './caller.ts';
import { hashKey, newKey } from './keys.ts';

const HOUR_MS = 3_600_000;

const LASTS_MS: Readonly<Record<LinkKind, number>> = {
  setup: 24 * HOUR_MS,
  invitation: 7 * 24 * HOUR_MS,
  reset: 24 * HOUR_MS,
};

export interface LinkToMake {
  kind: LinkKind;
  workspaceId: Id | null;
  /** Whose password it sets. */
  userId?: Id;
  /** Whom it invites. */
  invited?: { email: string; emailKey: string; role: Role };
  createdBy: Id | null;
}

export interface MadeLink {
  id: Id;
  /** To be shown once; only its hash is kept. */
  key: string;
  createdAt: string;
  expiresAt: string;
}

export async function makeLink(sql: Sql, link: LinkToMake, ids: IdSource): Promise<MadeLink> {
  const made = {
    id: newId(ids),
    key: newKey(ids),
    createdAt: timestampFromMs(ids.now()),
    expiresAt: timestampFromMs(ids.now() + LASTS_MS[link.kind]),
  };
  await insertAccountLink(sql, {
    id: made.id,
    workspaceId: link.workspaceId,
    kind: link.kind,
    keyHash: hashKey(made.key) ?? new Uint8Array(),
    userId: link.userId ?? null,
    email: link.invited?.email ?? null,
    emailKey: link.invited?.emailKey ?? null,
    role: link.invited?.role ?? null,
    createdBy: link.createdBy,
    createdAt: made.createdAt,
    expiresAt: made.expiresAt,
  });
  return made;
}
