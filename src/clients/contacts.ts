/** Addresses and numbers that a user gives a client or takes away. */
import { emailKey, isErasedAddress, isNoReplyAddress } from '../domain/email.ts';
import { AppError } from '../domain/errors.ts';
import { domainOf } from '../domain/mail-domain.ts';
import { phoneKey } from '../domain/phone.ts';
import {
  type ClientKey,
  listAddressKeys,
  putAddress,
  removeAddresses,
  replacePhones,
} from '../store/client-contacts.ts';
import type { Tx } from '../store/db.ts';
import type { FeedEntry } from '../store/feed.ts';
import { findAddressOwners, findBlocked, findOwnAddresses } from '../store/person-evidence.ts';
import { rematchAddresses, rematchDoubtful } from '../store/rematch.ts';
import { linkPeople } from './link.ts';

export interface Contacts {
  /** All addresses that the client has from now on; left out: as they are. */
  emails?: readonly string[] | undefined;
  phones?: readonly string[] | undefined;
}

/**
 * Writes them, and links anew whoever is concerned: meetings booked with an address go to whose it is. The caller
 * holds `lockLinks` and the client's row. Answers the news. Throws `client.bad_email`, `client.bad_phone`,
 * `client.address_taken`, `client.address_refused`.
 */
export async function editContacts(
  tx: Tx,
  client: ClientKey,
  { contacts, newId }: { contacts: Contacts; newId: () => string },
): Promise<FeedEntry[]> {
  const { workspaceId, id } = client;
  const at = await tx.clock();
  let moved: string[] = [];
  if (contacts.emails !== undefined) {
    const wanted = new Map(contacts.emails.map((email) => [readEmail(email), email.trim()]));
    const before = await listAddressKeys(tx, client);
    const added = [...wanted.keys()].filter((key) => !before.includes(key));
    const removed = before.filter((key) => !wanted.has(key));
    await requireFree(tx, workspaceId, added);
    await removeAddresses(tx, client, removed);
    for (const key of added) {
      await putAddress(tx, client, { key, email: wanted.get(key) ?? key, origin: 'user', at });
    }
    moved = [...added, ...removed];
  }
  if (contacts.phones !== undefined) {
    const phones = [...new Set(contacts.phones.map(readPhone))];
    await replacePhones(tx, client, { at, phones });
  }
  if (contacts.emails === undefined && contacts.phones === undefined) return [];
  await rematchAddresses(tx, workspaceId, moved);
  const inviteeIds = await rematchDoubtful(tx, workspaceId, [id]);
  return linkPeople(tx, workspaceId, {
    newId,
    only: { emailKeys: moved, inviteeIds },
    keep: id,
  });
}

function readEmail(email: string): string {
  const key = emailKey(email);
  if (key !== undefined) return key;
  throw new AppError({
    kind: 'invalid',
    code: 'client.bad_email',
    message: 'One of these is no e-mail address.',
    details: [{ field: 'emails', message: 'holds a text that is no e-mail address' }],
  });
}

function readPhone(phone: string): string {
  const key = phoneKey(phone);
  if (key !== undefined) return key;
  throw new AppError({
    kind: 'invalid',
    code: 'client.bad_phone',
    message: 'One of these is no phone number with its country, such as +49 30 901820.',
    details: [{ field: 'phones', message: 'holds a text that is no international number' }],
  });
}

async function requireFree(tx: Tx, workspaceId: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  if ((await findAddressOwners(tx, workspaceId, keys)).size > 0) {
    throw new AppError({
      kind: 'conflict',
      code: 'client.address_taken',
      message: 'One of these addresses is another client’s.',
      action: 'Merge the two clients, or take the address from the other one first.',
    });
  }
  await requireClientAddresses(tx, workspaceId, keys);
}

/** Refuses addresses that are never a client's, with `client.address_refused`. */
export async function requireClientAddresses(
  tx: Tx,
  workspaceId: string,
  keys: readonly string[],
): Promise<void> {
  const own = await findOwnAddresses(tx, workspaceId, keys);
  const domains = keys.map(domainOf);
  const blocked = await findBlocked(tx, workspaceId, { addresses: keys, domains });
  const isRefused = keys.some((key) => isErasedAddress(key) || isNoReplyAddress(key));
  if (own.size + blocked.addresses.size + blocked.domains.size === 0 && !isRefused) return;
  throw new AppError({
    kind: 'conflict',
    code: 'client.address_refused',
    message:
      'One of these addresses is never a client’s: a host’s, a colleague’s, blocked, or one that nobody reads.',
  });
}
