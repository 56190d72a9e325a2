/** One client that is two people: some addresses go, with all that hangs on them. */
import { AppError } from '../domain/errors.ts';
import { emailKey } from '../domain/email.ts';
import type { Id } from '../domain/id.ts';
import { listAddressKeys } from '../store/client-contacts.ts';
import {
  type ClientState,
  lockClients,
  type Merge,
  moveAddresses,
  moveBack,
  putClient,
  takeMerge,
} from '../store/client-merges.ts';
import type { Tx } from '../store/db.ts';
import { moveDocuments } from '../store/document-edits.ts';
import type { FeedEntry } from '../store/feed.ts';
import { lockLinks } from '../store/pending-people.ts';
import { rematchAddresses, rematchDoubtful } from '../store/rematch.ts';
import { clientNotFound } from './merge.ts';
import { linkPeople } from './link.ts';

/**
 * Takes these addresses, with their meetings, from a client. Where a merge brought them, the client that they came
 * from is there again under its id: its name, notes, tags, numbers, documents and links by hand go back, and what
 * the merge wrote on the other is taken back unless a user has changed it since. Else they are a new client.
 * Answers its id, and the news. Throws `client.not_found`, `client.not_its_address`, `client.nothing_left`.
 */
export async function splitClient(
  tx: Tx,
  workspaceId: Id,
  split: { id: Id; emails: readonly string[]; newId: () => string },
): Promise<{ id: Id; news: FeedEntry[] }> {
  const { id: holder, newId } = split;
  await lockLinks(tx, workspaceId);
  const state = (await lockClients(tx, workspaceId, [holder])).get(holder);
  if (state === undefined) throw clientNotFound();
  const own = await listAddressKeys(tx, { workspaceId, id: holder });
  const keys = [...new Set(split.emails.map((email) => emailKey(email) ?? email))];
  if (!keys.every((key) => own.includes(key))) throw notItsAddress();
  const at = await tx.clock();
  const merge = await takeMerge(tx, workspaceId, keys);
  if (merge === undefined && keys.length === own.length) throw nothingLeft();
  const id = merge?.from_id ?? newId();
  const fresh: ClientState = {
    name: null,
    name_edited_at: null,
    notes: null,
    tags: [],
    source: 'calendly',
    created_at: at,
  };
  await putClient(tx, { workspaceId, id }, { state: merge?.from_before ?? fresh, at });
  await moveAddresses(tx, workspaceId, { from: holder, to: id, keys });
  if (merge !== undefined) await giveBack(tx, workspaceId, { merge, holder });
  const after = merge?.into_id === holder ? takenBack(state, merge) : state;
  await putClient(tx, { workspaceId, id: holder }, { state: after, at });
  await rematchAddresses(tx, workspaceId, keys);
  const inviteeIds = await rematchDoubtful(tx, workspaceId, [holder]);
  const only = { emailKeys: keys, inviteeIds };
  const linked = await linkPeople(tx, workspaceId, { newId, only, keep: holder });
  return {
    id,
    news: [
      { event: 'client.changed', subjectId: holder },
      { event: 'client.changed', subjectId: id },
      ...(merge?.documents ?? []).map((document) => ({
        event: 'document.changed',
        subjectId: document,
      })),
      ...linked,
    ],
  };
}

async function giveBack(
  tx: Tx,
  workspaceId: Id,
  { merge, holder }: { merge: Merge; holder: Id },
): Promise<void> {
  await moveBack(tx, workspaceId, { merge, holder });
  const ids = merge.documents;
  await moveDocuments(tx, workspaceId, { from: [holder], to: merge.from_id, ids });
}

/** What the merge wrote, as it was before, where nobody has changed it since. */
function takenBack(
  state: ClientState,
  { into_before: before, into_after: after }: Merge,
): ClientState {
  const isNameAsMerged = state.name === after.name && state.name_edited_at === after.name_edited_at;
  return {
    ...state,
    ...(isNameAsMerged ? { name: before.name, name_edited_at: before.name_edited_at } : {}),
    notes: state.notes === after.notes ? before.notes : state.notes,
    tags: sameTags(state.tags, after.tags) ? before.tags : state.tags,
  };
}

function sameTags(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((tag, index) => tag === others[index]);
}

function notItsAddress(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'client.not_its_address',
    message: 'Only addresses of this client can be split off.',
    details: [{ field: 'emails', message: 'names an address that this client does not have' }],
  });
}

function nothingLeft(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'client.nothing_left',
    message: 'These are all addresses of this client: nobody would be left to split them from.',
  });
}
