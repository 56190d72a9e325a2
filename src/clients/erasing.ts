/** Forgetting one person: out of every row, and kept out. */
import type { Id, IdSource } from '../domain/id.ts';
import { appendAudit, type Doer } from '../store/audit.ts';
import { lockBlobs } from '../store/blobs.ts';
import type { Db, Tx } from '../store/db.ts';
import { removeDocuments } from '../store/document-edits.ts';
import {
  addressesOfPerson,
  blankInvitees,
  deleteClients,
  deleteRawWords,
  documentsOfPerson,
  forgetNotes,
  redactMeetings,
  removeGuests,
} from '../store/erasure.ts';
import { forgetErasureDue, listErasuresDue } from '../store/erasures-due.ts';
import { appendFeed } from '../store/feed.ts';
import { lockLinks } from '../store/pending-people.ts';
import { holdErasures, suppress } from '../store/suppressions.ts';

/** What was forgotten. */
export interface Erased {
  invitees: number;
  guests: number;
  clients: number;
  documents: number;
  deliveries: number;
}

/**
 * Forgets whoever has this address, with all addresses of the same client: names, answers, texts of meetings that
 * were theirs alone, notes, documents, and what Calendly sent of them. Bookings stay as times without a person.
 * What Calendly still says of bookings made until now brings nothing back; a later booking is new. Stored bytes go
 * with the next sweep.
 */
export function erasePerson(
  db: Db,
  person: { workspaceId: Id; emailKey: string; by: Doer },
  ids: IdSource,
): Promise<Erased> {
  return db.tx((tx) => erase(tx, person, ids));
}

/**
 * Forgets everybody whose bookings Calendly has erased, once none with the address is left: who is erased there is
 * not kept here as a client.
 */
export async function carryErasures(db: Db, workspaceId: Id, ids: IdSource): Promise<void> {
  for (const emailKey of await listErasuresDue(db, workspaceId)) {
    await db.tx(async (tx) => {
      const by = { actorId: null, address: null };
      await erase(tx, { workspaceId, emailKey, by }, ids);
    });
  }
}

async function erase(
  tx: Tx,
  person: { workspaceId: Id; emailKey: string; by: Doer },
  ids: IdSource,
): Promise<Erased> {
  const { workspaceId } = person;
  const at = await tx.clock();
  await holdErasures(tx, workspaceId, 'eraser');
  await lockLinks(tx, workspaceId);
  await lockBlobs(tx, workspaceId);
  const { emailKeys, clientIds } = await addressesOfPerson(tx, workspaceId, person.emailKey);
  await suppress(tx, workspaceId, { emailKeys, at });
  const invitees = await blankInvitees(tx, workspaceId, emailKeys);
  const uris = [...new Set(invitees.map((invitee) => invitee.meeting_uri))];
  await redactMeetings(tx, workspaceId, { uris, at });
  const meetingIds = await forgetNotes(tx, workspaceId, uris);
  const guests = await removeGuests(tx, workspaceId, emailKeys);
  const deliveries = await deleteRawWords(tx, workspaceId, {
    emailKeys,
    uris: invitees.flatMap(({ uri, submission_uri: form }) =>
      form === null ? [uri] : [uri, form],
    ),
  });
  const documents = await documentsOfPerson(tx, workspaceId, { clientIds, meetingIds });
  await removeDocuments(tx, workspaceId, documents);
  for (const key of emailKeys) await forgetErasureDue(tx, workspaceId, key);
  await deleteClients(tx, workspaceId, { clientIds, emailKeys });
  const changed = [...new Set([...meetingIds, ...guests.map(({ id }) => id)])];
  const entries = [
    ...changed.map((subjectId) => ({ event: 'meeting.updated' as const, subjectId })),
    ...clientIds.map((subjectId) => ({ event: 'client.changed' as const, subjectId })),
    ...documents.map((subjectId) => ({ event: 'document.changed' as const, subjectId })),
  ];
  const counts: Erased = {
    invitees: invitees.length,
    guests: guests.length,
    clients: clientIds.length,
    documents: documents.length,
    deliveries,
  };
  const entry = { workspaceId, ...person.by, action: 'person.erased', detail: { ...counts } };
  await appendAudit(tx, entry, ids);
  await appendFeed(tx, workspaceId, { at, entries });
  return counts;
}
