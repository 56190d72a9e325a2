/** What the handler of an event is given, and what it answers. */
import type { Envelope } from '../calendly/delivery.ts';
import type { Change } from '../domain/observation.ts';
import type { Connection } from '../store/connections.ts';
import type { DeliveryEnd, StoredDelivery } from '../store/deliveries.ts';
import type { FeedEntry } from '../store/feed.ts';

export interface Work {
  delivery: StoredDelivery;
  connection: Connection;
  envelope: Envelope;
  nowMs: number;
  newId: () => string;
  feed: FeedEntry[];
}

/** How a delivery was understood. */
export type Outcome =
  | { state: 'done'; change: Change; hasErased?: boolean }
  | { state: Exclude<DeliveryEnd, 'done'>; reason: string };
