/** Who was it: every pending invitee and guest becomes or finds a client, or is told why not. */
import { isErasedAddress, isNoReplyAddress } from '../domain/email.ts';
import type { Db, Tx } from '../store/db.ts';
import { appendFeed } from '../store/feed.ts';
import {
  createClients,
  findOwnAddresses,
  linkByAddress,
  linkNobody,
  lockPending,
  type NewClient,
  type PendingPerson,
} from '../store/links.ts';

const BATCH = 500;

/**
 * Links everybody in the workspace who is pending, in batches of one transaction each, until nobody is.
 * Safe beside any number of other linkers: the unique address decides who makes a new client.
 */
export async function linkClients(
  db: Db,
  workspaceId: string,
  options: { newId: () => string; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    options.signal.throwIfAborted();
    const linked = await db.tx((tx) => linkBatch(tx, workspaceId, options.newId));
    if (linked === 0) return;
  }
}

async function linkBatch(tx: Tx, workspaceId: string, newId: () => string): Promise<number> {
  const people = await lockPending(tx, workspaceId, BATCH);
  if (people.length === 0) return 0;
  const keys = people.flatMap((person) => (person.email_key === null ? [] : [person.email_key]));
  const own = await findOwnAddresses(tx, workspaceId, [...new Set(keys)]);
  const nobodies = people.flatMap((person) => {
    const rule = reasonForNobody(person, own);
    return rule === undefined ? [] : [{ ...person, rule }];
  });
  const somebodies = people.filter((person) => reasonForNobody(person, own) === undefined);
  const at = await tx.clock();
  const made = await createClients(tx, workspaceId, { at, clients: newClients(somebodies, newId) });
  await linkByAddress(tx, workspaceId, somebodies);
  await linkNobody(tx, workspaceId, nobodies);
  await appendFeed(tx, workspaceId, {
    at,
    entries: made.map((id) => ({ event: 'client.changed', subjectId: id })),
  });
  return people.length;
}

/** The rule by which a person is nobody's client; `undefined` for everybody else. */
export function reasonForNobody(
  person: Pick<PendingPerson, 'email_key'>,
  own: ReadonlySet<string>,
): string | undefined {
  const key = person.email_key;
  if (key === null) return 'no_address';
  if (isErasedAddress(key)) return 'erased';
  if (isNoReplyAddress(key)) return 'no_reply';
  return own.has(key) ? 'host' : undefined;
}

/** One new client for each address, with the first name that came with it. */
function newClients(people: readonly PendingPerson[], newId: () => string): NewClient[] {
  const byKey = new Map<string, NewClient>();
  for (const { email, email_key: key, name } of people) {
    if (key === null || email === null) continue;
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { id: newId(), email, emailKey: key, name });
    else known.name ??= name;
  }
  return [...byKey.values()];
}
