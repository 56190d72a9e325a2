/** What the simulated Calendly knows about webhooks: subscriptions, and what has happened. */
import type { JsonObject } from '../records.ts';

export type SubscriptionScope = 'organization' | 'user' | 'group';

export type SubscriptionWire = {
  uri: string;
  callback_url: string;
  created_at: string;
  updated_at: string;
  retry_started_at: string | null;
  state: 'active' | 'disabled';
  events: string[];
  scope: SubscriptionScope;
  organization: string;
  user: string | null;
  group: string | null;
  creator: string | null;
};

export interface SubscriptionRecord {
  /** Signs the deliveries; `null`: they carry no signature. No answer ever shows it. */
  key: string | null;
  /** The key of the subscription that this one stands in for, `null` where there was none. */
  oldKey: string | null;
  /** Deleted; kept because its key may still sign what is under way. */
  gone: boolean;
  wire: SubscriptionWire;
}

/** Something that subscriptions tell about, with what the world looked like at that moment. */
export interface Happening {
  /** For example `invitee.created`. */
  event: string;
  organization: string;
  /** Those whose user subscriptions hear of it. */
  users: string[];
  payload: JsonObject & { uri: string };
}
