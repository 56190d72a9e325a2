/** The subscriptions of a world: made, found, changed, ended. */
import { newUri, stampNow } from '../stamp.ts';
import type { World } from '../state.ts';
import { familiesOf } from './families.ts';
import type { SubscriptionRecord, SubscriptionScope } from './records.ts';

export interface NewSubscription {
  url: string;
  events: string[];
  scope: SubscriptionScope;
  organization: string;
  user: string | null;
  creator: string;
  key: string | null;
}

/** Adds a subscription, whatever others there are. */
export function addSubscription(world: World, input: NewSubscription): SubscriptionRecord {
  const at = stampNow(world);
  const record: SubscriptionRecord = {
    key: input.key,
    oldKey: formerKey(world, input),
    gone: false,
    wire: {
      uri: newUri(world, 'webhook_subscriptions'),
      callback_url: input.url,
      created_at: at,
      updated_at: at,
      retry_started_at: null,
      state: 'active',
      events: [...input.events],
      scope: input.scope,
      organization: input.organization,
      user: input.user,
      group: null,
      creator: input.creator,
    },
  };
  world.subscriptions.set(record.wire.uri, record);
  world.changed();
  return record;
}

/** The key of the newest subscription, deleted ones too, that told the same to the same server. */
function formerKey(world: World, input: NewSubscription): string | null {
  const former = [...world.subscriptions.values()].findLast(
    ({ wire }) =>
      wire.scope === input.scope &&
      wire.organization === input.organization &&
      wire.user === input.user &&
      wire.creator === input.creator &&
      originOf(wire.callback_url) === originOf(input.url),
  );
  return former?.key ?? null;
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

/** Those that were not deleted, disabled ones included, oldest first. */
export function liveSubscriptions(world: World): SubscriptionRecord[] {
  return [...world.subscriptions.values()].filter((record) => !record.gone);
}

/** The subscription is deleted: it shows nowhere and nothing is delivered any more. */
export function endSubscription(world: World, record: SubscriptionRecord): void {
  record.gone = true;
  world.changed();
}

/** Nothing is delivered any more and there is no way back; `failingSince` shows from when it failed. */
export function disableSubscription(
  world: World,
  record: SubscriptionRecord,
  failingSince: string | null = record.wire.retry_started_at,
): void {
  const { wire } = record;
  wire.state = 'disabled';
  wire.retry_started_at = failingSince;
  wire.updated_at = stampNow(world);
  world.changed();
}

/** Calendly's sentence where the organization's plan does not allow these events, else `undefined`. */
export function planRefusal(
  world: World,
  organization: string,
  events: readonly string[],
): string | undefined {
  if (world.organizations.get(organization)?.stage !== 'free') return undefined;
  if (world.readings.webhookPlan === 'paid') {
    return 'Please upgrade your Calendly account to Standard';
  }
  if (!familiesOf(events).some((family) => family.isPaid)) return undefined;
  return 'Please upgrade to a paid Calendly account.';
}
