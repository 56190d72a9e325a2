/** The block list: who is on it stops being a client, who comes off it becomes one. */
import { emailKey } from '../domain/email.ts';
import { AppError } from '../domain/errors.ts';
import type { Id } from '../domain/id.ts';
import { isPublicMailDomain } from '../domain/mail-domain.ts';
import { block, type BlockedRow, listOwnDomains, unblock } from '../store/blocked-addresses.ts';
import type { Sql, Tx } from '../store/db.ts';
import { lockLinks } from '../store/pending-people.ts';
import { rematchAddresses, rematchDomain } from '../store/rematch.ts';

export interface NewBlock {
  id: Id;
  by: Id | null;
  /** An address, or a domain with or without `@` before it. */
  entry: { address: string } | { domain: string };
}

/**
 * Blocks an address or a domain; whoever is concerned is marked, for `linkClients`. Throws `blocked.unreadable`, and
 * `blocked.public_domain` for one where anybody can have an address.
 */
export async function blockEntry(
  tx: Tx,
  workspaceId: Id,
  { id, by, entry }: NewBlock,
): Promise<BlockedRow | undefined> {
  const [kind, value] =
    'address' in entry
      ? (['address', emailKey(entry.address)] as const)
      : (['domain', readDomain(entry.domain)] as const);
  if (value === undefined) throw unreadable(kind);
  if (kind === 'domain' && isPublicMailDomain(value)) throw publicDomain();
  await lockLinks(tx, workspaceId);
  const row = await block(tx, workspaceId, { id, kind, value, by });
  await rematch(tx, workspaceId, { kind, value });
  return row;
}

/** Takes an entry off the list; whoever is concerned is marked. `undefined` where there is no such entry. */
export async function unblockEntry(
  tx: Tx,
  workspaceId: Id,
  id: Id,
): Promise<BlockedRow | undefined> {
  await lockLinks(tx, workspaceId);
  const row = await unblock(tx, workspaceId, id);
  if (row !== undefined) await rematch(tx, workspaceId, row);
  return row;
}

/** Domains that an admin may want to block: several members share them, and they are no public mail provider's. */
export async function suggestDomains(
  sql: Sql,
  workspaceId: Id,
): Promise<{ domain: string; members: number }[]> {
  const domains = await listOwnDomains(sql, workspaceId);
  return domains.filter(({ domain }) => !isPublicMailDomain(domain));
}

async function rematch(
  tx: Tx,
  workspaceId: Id,
  { kind, value }: Pick<BlockedRow, 'kind' | 'value'>,
): Promise<void> {
  if (kind === 'address') await rematchAddresses(tx, workspaceId, [value]);
  else await rematchDomain(tx, workspaceId, value);
}

function readDomain(domain: string): string | undefined {
  const key = emailKey(`x@${domain.trim().replace(/^@/, '')}`);
  return key?.includes('.') === true ? key.slice(2) : undefined;
}

function unreadable(kind: BlockedRow['kind']): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'blocked.unreadable',
    message: `This is no ${kind === 'address' ? 'e-mail address' : 'domain'}.`,
    details: [{ field: kind, message: 'cannot be read' }],
  });
}

function publicDomain(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'blocked.public_domain',
    message: 'Anybody can have an address at this domain: block single addresses instead.',
    details: [{ field: 'domain', message: 'is a public mail provider’s' }],
  });
}
