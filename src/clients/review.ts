/** A person decides who somebody is, where the rules did not. */
import { AppError } from '../domain/errors.ts';
import type { Id } from '../domain/id.ts';
import { block } from '../store/blocked-addresses.ts';
import { putAddress } from '../store/client-contacts.ts';
import { lockClients } from '../store/client-merges.ts';
import { findDoubtful, type ReviewRow, takeReview } from '../store/client-reviews.ts';
import type { Tx } from '../store/db.ts';
import type { FeedEntry } from '../store/feed.ts';
import { createClients } from '../store/links.ts';
import {
  findLinkedBefore,
  lockInvitee,
  setManualLink,
  setManualNobody,
} from '../store/manual-links.ts';
import { lockLinks } from '../store/pending-people.ts';
import { rematchAddresses } from '../store/rematch.ts';
import { linkPeople } from './link.ts';
import { clientNotFound } from './merge.ts';

/** This client, one that is made now, or never anybody's client. */
export type Decision = { clientId: Id } | 'new' | 'never';

export interface Deciding {
  reviewId: Id;
  decision: Decision;
  /** Who decides. */
  by: Id;
  newId: () => string;
}

/**
 * Decides an entry of the queue. The address of the person becomes the chosen or new client's, or is blocked; without
 * an address the one invitee is linked by hand. Answers whose the person is now (null: nobody's), and the news.
 * Throws `client.not_found`, `client.review_needs_client`.
 */
export async function decideReview(
  tx: Tx,
  workspaceId: Id,
  deciding: Deciding,
): Promise<{ clientId: Id | null; news: FeedEntry[] }> {
  const { reviewId, decision, newId } = deciding;
  await lockLinks(tx, workspaceId);
  const review = await takeReview(tx, workspaceId, reviewId);
  if (review === undefined) throw clientNotFound();
  if (review.reason === 'two_links_by_hand' && typeof decision === 'string') throw needsClient();
  const clientId = await decide(tx, workspaceId, { ...deciding, review });
  const news = await linkPeople(tx, workspaceId, {
    newId,
    only: { emailKeys: review.email_key === null ? [] : [review.email_key], inviteeIds: [] },
  });
  const chosen = clientId === null ? [] : [{ event: 'client.changed', subjectId: clientId }];
  return { clientId, news: [...chosen, ...news] };
}

async function decide(
  tx: Tx,
  workspaceId: Id,
  { review, decision, by, newId }: Deciding & { review: ReviewRow },
): Promise<Id | null> {
  const { email_key: key, invitee_id: inviteeId } = review;
  if (key === null) {
    return inviteeId === null
      ? null
      : decideInvitee(tx, workspaceId, { decision, inviteeId, newId });
  }
  if (decision === 'never') {
    await block(tx, workspaceId, { id: newId(), kind: 'address', value: key, by });
    await rematchAddresses(tx, workspaceId, [key]);
    return null;
  }
  const at = await tx.clock();
  const { email, name } = (await findDoubtful(tx, workspaceId, key)) ?? { email: key, name: null };
  const id = decision === 'new' ? newId() : decision.clientId;
  if (decision === 'new') {
    const client = { id, name, email: null, emailKey: null };
    await createClients(tx, workspaceId, { at, clients: [client] });
  } else await requireClient(tx, workspaceId, id);
  await putAddress(tx, { workspaceId, id }, { key, email, origin: 'review', at });
  await rematchAddresses(tx, workspaceId, [key]);
  return id;
}

async function decideInvitee(
  tx: Tx,
  workspaceId: Id,
  { decision, inviteeId, newId }: { decision: Decision; inviteeId: Id; newId: () => string },
): Promise<Id | null> {
  const invitee = await lockInvitee(tx, workspaceId, inviteeId);
  if (invitee === undefined) throw clientNotFound();
  if (decision === 'never') {
    await setManualNobody(tx, workspaceId, inviteeId);
    return null;
  }
  const id = decision === 'new' ? newId() : decision.clientId;
  if (decision === 'new') {
    const client = { id, name: invitee.name, email: null, emailKey: null };
    await createClients(tx, workspaceId, { at: await tx.clock(), clients: [client] });
  } else await requireClient(tx, workspaceId, id);
  // what users said of those before in the series must not contradict it again
  for (const linked of [...(await findLinkedBefore(tx, workspaceId, inviteeId)), inviteeId]) {
    await setManualLink(tx, workspaceId, { inviteeId: linked, clientId: id });
  }
  return id;
}

async function requireClient(tx: Tx, workspaceId: Id, id: Id): Promise<void> {
  if (!(await lockClients(tx, workspaceId, [id])).has(id)) throw clientNotFound();
}

function needsClient(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'client.review_needs_client',
    message: 'Two users linked this series to different clients: say which of them it is.',
  });
}
