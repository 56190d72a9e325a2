/** Two clients that are one person: one stays, with everything of both. */
import { AppError } from '../domain/errors.ts';
import type { Id } from '../domain/id.ts';
import {
  type ClientState,
  insertMerge,
  lockClients,
  moveClient,
  putClient,
  readMovable,
  removeClient,
} from '../store/client-merges.ts';
import type { Tx } from '../store/db.ts';
import { moveDocuments } from '../store/document-edits.ts';
import type { FeedEntry } from '../store/feed.ts';
import { lockLinks } from '../store/pending-people.ts';
import { rematchDoubtful } from '../store/rematch.ts';
import { linkPeople } from './link.ts';

/**
 * Makes `from` a part of `into`: addresses, numbers, meetings and documents follow, notes are appended, tags joined.
 * A name that a user gave wins, that of `into` first. The id of `from` is nobody's from then on. Answers the news.
 * Throws `client.not_found`, `client.merge_with_itself`.
 */
export async function mergeClients(
  tx: Tx,
  workspaceId: Id,
  merge: { from: Id; into: Id; newId: () => string },
): Promise<FeedEntry[]> {
  const { from, into, newId } = merge;
  if (from === into) throw mergeWithItself();
  await lockLinks(tx, workspaceId);
  // whoever is about to point to one of them has done so, or waits and finds it gone
  const states = await lockClients(tx, workspaceId, [from, into]);
  const [fromBefore, intoBefore] = [states.get(from), states.get(into)];
  if (fromBefore === undefined || intoBefore === undefined) throw clientNotFound();
  const at = await tx.clock();
  const brought = await readMovable(tx, { workspaceId, id: from });
  const had = await readMovable(tx, { workspaceId, id: into });
  const intoAfter = joined(intoBefore, fromBefore);
  await moveClient(tx, workspaceId, { from, to: into });
  await moveDocuments(tx, workspaceId, { from: [from], to: into });
  await putClient(tx, { workspaceId, id: into }, { state: intoAfter, at });
  await removeClient(tx, { workspaceId, id: from });
  const phones = had.phones.map(({ phone }) => phone);
  await insertMerge(tx, workspaceId, {
    at,
    merge: {
      ...brought,
      id: newId(),
      from_id: from,
      into_id: into,
      from_before: fromBefore,
      into_before: { ...intoBefore, phones },
      into_after: intoAfter,
    },
  });
  const doubtful = await rematchDoubtful(tx, workspaceId, []);
  const news = await linkPeople(tx, workspaceId, { newId, only: { inviteeIds: doubtful } });
  return [
    { event: 'client.changed', subjectId: from, data: { merged_into: into } },
    { event: 'client.changed', subjectId: into },
    ...brought.documents.map((id) => ({ event: 'document.changed', subjectId: id })),
    ...news,
  ];
}

function joined(into: ClientState, from: ClientState): ClientState {
  const named =
    into.name_edited_at !== null || (from.name_edited_at === null && into.name !== null)
      ? into
      : from;
  const notes = [into.notes, from.notes].filter((text) => text !== null && text !== '');
  return {
    ...into,
    name: named.name,
    name_edited_at: named.name_edited_at,
    notes: notes.length === 0 ? into.notes : [...new Set(notes)].join('\n\n'),
    tags: [...new Set([...into.tags, ...from.tags])],
  };
}

/** 404 for a client that the workspace does not have. */
export function clientNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'client.not_found',
    message: 'There is no such client.',
  });
}

function mergeWithItself(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'client.merge_with_itself',
    message: 'A client cannot be merged into itself.',
  });
}
