/** Who was it: every pending invitee and guest becomes or finds a client, or is told why not. */
import type { Db, Tx } from '../store/db.ts';
import { dropSettledReviews, queueReviews } from '../store/client-reviews.ts';
import { removeEmptyClients } from '../store/empty-clients.ts';
import { appendFeed, type FeedEntry } from '../store/feed.ts';
import {
  createClients,
  learnAddresses,
  learnPhones,
  markSuccessors,
  nameClients,
  writeLinks,
} from '../store/links.ts';
import {
  isAnybodyPending,
  lockLinks,
  lockPending,
  type PendingOnly,
} from '../store/pending-people.ts';
import { learnAbout } from './knowledge.ts';
import { matchAll, type Outcome } from './matching.ts';
import { type Person, toPerson } from './person.ts';

const BATCH = 500;

/**
 * Links everybody in the workspace who is pending, in batches of one transaction each, until nobody is.
 * Safe beside any number of other linkers: one at a time links in a workspace, and the unique address is the last word.
 */
export async function linkClients(
  db: Db,
  workspaceId: string,
  options: { newId: () => string; signal: AbortSignal },
): Promise<void> {
  while (await isAnybodyPending(db, workspaceId)) {
    options.signal.throwIfAborted();
    await db.tx(async (tx) => {
      await lockLinks(tx, workspaceId);
      const { feed } = await linkBatch(tx, workspaceId, { newId: options.newId });
      if (feed.length > 0) {
        await appendFeed(tx, workspaceId, { at: await tx.clock(), entries: feed });
      }
    });
  }
}

/**
 * Links those of the pending whom `only` names, and who follows them in their series, in the caller's transaction,
 * which holds `lockLinks`. A client that loses its last meeting stays where it is `keep`. Answers the news; the
 * caller appends it.
 */
export async function linkPeople(
  tx: Tx,
  workspaceId: string,
  options: { newId: () => string; only: PendingOnly; keep?: string },
): Promise<FeedEntry[]> {
  const news: FeedEntry[] = [];
  let { only } = options;
  for (;;) {
    const { count, feed, followers } = await linkBatch(tx, workspaceId, { ...options, only });
    news.push(...feed);
    if (followers.length > 0)
      only = { ...only, inviteeIds: [...(only.inviteeIds ?? []), ...followers] };
    if (count === 0) return news;
  }
}

interface BatchOptions {
  newId: () => string;
  only?: PendingOnly;
  keep?: string;
}

async function linkBatch(
  tx: Tx,
  workspaceId: string,
  options: BatchOptions,
): Promise<{ count: number; feed: FeedEntry[]; followers: string[] }> {
  const { newId, only, keep } = options;
  const ask = only === undefined ? { limit: BATCH } : { limit: BATCH, only };
  const people = (await lockPending(tx, workspaceId, ask)).map(toPerson);
  if (people.length === 0) return { count: 0, feed: [], followers: [] };
  const known = await learnAbout(tx, workspaceId, people);
  const outcome = matchAll(people, known, newId);
  const made = await write(tx, workspaceId, outcome);
  // only who was in doubt, or was linked by hand, can have settled something
  if (outcome.agreed.length > 0 || people.some(({ rule }) => rule === 'review')) {
    await dropSettledReviews(tx, workspaceId, outcome.agreed);
  }
  const leaving = leavers(people, outcome).filter((id) => id !== keep);
  const left = await removeEmptyClients(tx, workspaceId, leaving);
  const followers = await markSuccessors(tx, workspaceId, changed(people, outcome));
  const feed = [...made, ...left].map((id) => ({ event: 'client.changed', subjectId: id }));
  return { count: people.length, feed, followers };
}

async function write(tx: Tx, workspaceId: string, outcome: Outcome): Promise<string[]> {
  const at = await tx.clock();
  const made = await createClients(tx, workspaceId, { at, clients: [...outcome.made.values()] });
  await learnAddresses(tx, workspaceId, { at, addresses: outcome.addresses });
  const wanted = new Set(outcome.made.keys());
  for (const id of made) wanted.delete(id);
  // whoever was made elsewhere meanwhile has another id
  const phones = outcome.phones.filter(({ clientId }) => !wanted.has(clientId));
  await learnPhones(tx, workspaceId, { at, phones });
  await writeLinks(tx, workspaceId, outcome.links);
  await nameClients(tx, workspaceId, namers(outcome));
  await queueReviews(tx, workspaceId, { at, reviews: outcome.reviews });
  return made;
}

/** The invitees whose clients were there before: a new client has the first name already. */
function namers({ made, links }: Outcome): string[] {
  return links.flatMap(({ id, kind, clientId }) =>
    kind === 'invitee' && clientId !== null && !made.has(clientId) ? [id] : [],
  );
}

/** The clients that somebody has left. */
function leavers(people: readonly Person[], outcome: Outcome): string[] {
  const now = linkOf(outcome);
  return people.flatMap((person) => {
    const { clientId } = person;
    return clientId !== null && now(person)?.clientId !== clientId ? [clientId] : [];
  });
}

/** The invitees whose link is another one now. */
function changed(people: readonly Person[], outcome: Outcome): string[] {
  const now = linkOf(outcome);
  return people.flatMap((person) => {
    const link = now(person);
    const isSame = link?.clientId === person.clientId && link.rule === person.rule;
    return person.kind === 'guest' || isSame ? [] : [person.id];
  });
}

function linkOf({ links }: Outcome): (person: Person) => Outcome['links'][number] | undefined {
  const name = (of: Pick<Person, 'id' | 'emailKey' | 'kind'>): string =>
    of.kind === 'guest' ? `${of.id} ${of.emailKey}` : of.id;
  const byPerson = new Map(links.map((link) => [name(link), link]));
  return (person) => byPerson.get(name(person));
}
