/** A user says whose an invitee is: above every rule, and for the rest of the series. */
import type { Id } from '../domain/id.ts';
import type { Tx } from '../store/db.ts';
import { removeEmptyClients } from '../store/empty-clients.ts';
import type { FeedEntry } from '../store/feed.ts';
import { lockInvitee, setManualLink } from '../store/manual-links.ts';
import { markSuccessors } from '../store/links.ts';
import { lockLinks } from '../store/pending-people.ts';
import { lockClients } from '../store/client-merges.ts';
import { linkPeople } from './link.ts';
import { clientNotFound } from './merge.ts';

/**
 * Links an invitee by hand; with null the rules decide again. Who replaced the invitee follows. Answers the news.
 * Throws `client.not_found` where invitee or client is not there.
 */
export async function linkByHand(
  tx: Tx,
  workspaceId: Id,
  link: { inviteeId: Id; clientId: Id | null; newId: () => string },
): Promise<FeedEntry[]> {
  const { inviteeId, clientId, newId } = link;
  await lockLinks(tx, workspaceId);
  if (clientId !== null && !(await lockClients(tx, workspaceId, [clientId])).has(clientId)) {
    throw clientNotFound();
  }
  const before = await lockInvitee(tx, workspaceId, inviteeId);
  if (before === undefined) throw clientNotFound();
  await setManualLink(tx, workspaceId, { inviteeId, clientId });
  const followers =
    clientId === null ? [inviteeId] : await markSuccessors(tx, workspaceId, [inviteeId]);
  const news = await linkPeople(tx, workspaceId, { newId, only: { inviteeIds: followers } });
  const left = before.client_id === null || before.client_id === clientId ? [] : [before.client_id];
  await removeEmptyClients(tx, workspaceId, left);
  const changed = [...left, ...(clientId === null ? [] : [clientId])];
  return [...changed.map((id) => ({ event: 'client.changed', subjectId: id })), ...news];
}
