/** Working a stored delivery: from its bytes through the one write path to how it ended. */
import { readEnvelope } from '../calendly/delivery.ts';
import { type Timestamp, timestampToMs } from '../domain/timestamp.ts';
import { findConnection } from '../store/connections.ts';
import type { Tx } from '../store/db.ts';
import {
  blankDelivery,
  claimDelivery,
  endDelivery,
  type StoredDelivery,
} from '../store/deliveries.ts';
import type { FeedEntry } from '../store/feed.ts';
import { appendFeed } from '../store/feed.ts';
import { markDelivered } from '../store/subscriptions.ts';
import type { Tenants } from '../store/tenants.ts';
import { HANDLERS, reasonForIgnoring } from './delivery-events.ts';
import type { Outcome, Work } from './delivery-work.ts';

export interface DeliveryDeps {
  tenants: Tenants;
  newId: () => string;
}

export interface Worked {
  id: string;
  workspaceId: string;
  event: string | null;
  outcome: Outcome;
}

/**
 * Works the oldest delivery that is due, in one transaction with its effects and its end; null when none
 * is. What makes it fail is thrown with the delivery's id, for the caller to count the try.
 */
export async function workNextDelivery(deps: DeliveryDeps): Promise<Worked | null> {
  let claimed: StoredDelivery | undefined;
  try {
    return await deps.tenants.system.tx(async (tx) => {
      const at = await tx.clock();
      claimed = await claimDelivery(tx, at);
      if (claimed === undefined) return null;
      await deps.tenants.enter(tx, claimed.workspace_id);
      return await work(tx, deps, { delivery: claimed, at });
    });
  } catch (error) {
    if (claimed === undefined) throw error;
    throw new DeliveryFailure(claimed, error);
  }
}

/** A delivery whose work threw: its transaction is undone, the row waits. */
export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure';
  readonly delivery: StoredDelivery;

  constructor(delivery: StoredDelivery, cause: unknown) {
    super('A delivery could not be worked', { cause });
    this.delivery = delivery;
  }
}

async function work(
  tx: Tx,
  deps: DeliveryDeps,
  { delivery, at }: { delivery: StoredDelivery; at: string },
): Promise<Worked> {
  const feed: FeedEntry[] = [];
  const { event, outcome } = await understand(tx, deps, { delivery, at, feed });
  const reason = outcome.state === 'done' ? null : outcome.reason;
  await endDelivery(tx, delivery, { at, state: outcome.state, reason, event });
  // what it says of somebody who was erased is not kept, here either
  if (outcome.state === 'done' && outcome.hasErased === true) await blankDelivery(tx, delivery);
  if (delivery.subscription_id !== null) {
    await markDelivered(tx, delivery.subscription_id, delivery.received_at);
  }
  feed.push({ event: 'delivery.changed', subjectId: delivery.id });
  await appendFeed(tx, delivery.workspace_id, { at, entries: feed });
  return { id: delivery.id, workspaceId: delivery.workspace_id, event, outcome };
}

async function understand(
  tx: Tx,
  deps: DeliveryDeps,
  given: { delivery: StoredDelivery; at: string; feed: FeedEntry[] },
): Promise<{ event: string | null; outcome: Outcome }> {
  const { delivery, at, feed } = given;
  const read = readEnvelope(delivery.body);
  if (!read.ok) return { event: null, outcome: { state: 'quarantined', reason: read.fault } };
  const { envelope } = read;
  const { event } = envelope;
  const connection = await findConnection(tx, delivery.connection_id);
  if (connection === undefined || connection.state === 'disconnected') {
    return { event, outcome: { state: 'ignored', reason: 'disconnected' } };
  }
  const handle = HANDLERS.get(event);
  if (handle === undefined) {
    return { event, outcome: { state: 'ignored', reason: reasonForIgnoring(event) } };
  }
  const nowMs = timestampToMs(at as Timestamp);
  const context: Work = { delivery, connection, envelope, nowMs, newId: deps.newId, feed };
  return { event, outcome: await handle(tx, context) };
}
