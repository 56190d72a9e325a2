/** Which webhook subscriptions a connection should have, and what to do about those there are: pure. */
import type { Subscription } from '../store/subscriptions.ts';

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

/** Routing forms are allowed in organization scope alone, so they need a subscription of their own. */
export function wantedSubscriptions(scope: 'user' | 'organization'): WantedSubscription[] {
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
  | { do: 'create'; why: string }
  | { do: 'adopt'; listed: ListedSubscription }
  | { do: 'keep'; listed: ListedSubscription }
  | { do: 'replace'; listed: ListedSubscription | null; why: string };

/** What to do for one family, from our row (live or being made) and Calendly's list. */
export function stepFor(
  row: Subscription | undefined,
  listed: readonly ListedSubscription[],
  expected: {
    callbackUrl(id: string): string;
    scope: string;
    variants: readonly (readonly string[])[];
  },
): Step {
  if (row === undefined) return { do: 'create', why: 'there was none' };
  const mine = listed.find((one) =>
    row.calendly_uri === null ? one.callbackUrl === row.callback_url : one.uri === row.calendly_uri,
  );
  if (row.state === 'creating' && mine !== undefined) return { do: 'adopt', listed: mine };
  if (mine === undefined) return { do: 'replace', listed: null, why: 'Calendly does not have it' };
  if (mine.state !== 'active')
    return { do: 'replace', listed: mine, why: `Calendly has ${mine.state} it` };
  const url = expected.callbackUrl(row.id);
  if (mine.callbackUrl !== url)
    return { do: 'replace', listed: mine, why: 'its URL is another one' };
  if (row.scope !== expected.scope)
    return { do: 'replace', listed: mine, why: 'the scope changed' };
  if (!expected.variants.some((events) => sameEvents(events, mine.events))) {
    return { do: 'replace', listed: mine, why: 'its events are others' };
  }
  return { do: 'keep', listed: mine };
}

function sameEvents(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((event) => b.includes(event));
}
