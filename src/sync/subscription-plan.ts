/** Which webhook subscriptions a connection should have, and what to do about those there are: pure. */
import type { Connection } from '../store/connections.ts';
import type { Subscription } from '../store/subscriptions.ts';

export type SubscriptionScope = 'user' | 'organization';

export interface WantedSubscription {
  family: 'core' | 'routing';
  events: readonly string[];
}

/** Families that Calendly allows in every scope. */
const CORE = [
  'invitee.created',
  'invitee.canceled',
  'invitee_no_show.created',
  'invitee_no_show.deleted',
];
const EVENT_TYPES = ['event_type.created', 'event_type.updated', 'event_type.deleted'];

/** What to ask for, the fullest first; where a scope is missing the next one is tried. */
export function variantsOf(wanted: WantedSubscription): readonly (readonly string[])[] {
  return wanted.family === 'core' ? [wanted.events, CORE] : [wanted.events];
}

/**
 * The organization's where the connection reads all of it. Only owners and admins may (Calendly's API
 * reference, POST /webhook_subscriptions): a plain member's is the own user's.
 */
export function subscriptionScope(
  connection: Pick<Connection, 'scope' | 'role' | 'read_mode'>,
): SubscriptionScope {
  if (connection.scope === 'user' || connection.role === 'user') return 'user';
  const { read_mode: mode } = connection;
  return mode === null || mode === 'organization' ? 'organization' : 'user';
}

/** Routing forms are allowed in organization scope alone, so they need a subscription of their own. */
export function wantedSubscriptions(scope: SubscriptionScope): WantedSubscription[] {
  const core: WantedSubscription = { family: 'core', events: [...CORE, ...EVENT_TYPES] };
  if (scope === 'user') return [core];
  return [core, { family: 'routing', events: ['routing_form_submission.created'] }];
}

/** A subscription as Calendly lists it. */
export interface ListedSubscription {
  uri: string;
  callbackUrl: string;
  state: string;
  events: readonly string[];
  retryStartedAt: string | null;
}

export type Step =
  | { do: 'create' }
  | { do: 'adopt'; listed: ListedSubscription }
  | { do: 'keep'; listed: ListedSubscription }
  | {
      do: 'replace';
      /** URI of what Calendly still has of it. */
      remove: string | null;
      /** Deliveries come through the old one all the same: better than none. */
      isUsable: boolean;
      why: string;
    };

export interface Expected {
  callbackUrl(id: string): string;
  scope: string;
  variants: readonly (readonly string[])[];
}

/** What to do for one family, from our row (live or being made) and Calendly's list of the scope. */
export function stepFor(
  row: Subscription | undefined,
  listed: readonly ListedSubscription[],
  expected: Expected,
): Step {
  if (row === undefined) return { do: 'create' };
  if (row.scope !== expected.scope) {
    // not in this list: it is in that of the other scope
    return replace(row.calendly_uri, 'the scope changed');
  }
  const mine = listed.find((one) =>
    row.calendly_uri === null ? one.callbackUrl === row.callback_url : one.uri === row.calendly_uri,
  );
  if (mine === undefined) return replace(null, 'Calendly does not have it');
  if (row.state === 'creating') return { do: 'adopt', listed: mine };
  if (mine.state !== 'active') return replace(mine.uri, `Calendly has ${mine.state} it`);
  if (mine.callbackUrl !== expected.callbackUrl(row.id)) {
    return replace(mine.uri, 'its URL is another one');
  }
  if (!expected.variants.some((events) => sameEvents(events, mine.events))) {
    return { ...replace(mine.uri, 'its events are others'), isUsable: true };
  }
  return { do: 'keep', listed: mine };
}

function replace(remove: string | null, why: string): Extract<Step, { do: 'replace' }> {
  return { do: 'replace', remove, isUsable: false, why };
}

function sameEvents(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((event) => b.includes(event));
}
