/** The events of webhooks by family: which scopes may subscribe, which right they need, which plan (api.md §4). */
import type { SubscriptionScope } from './records.ts';

export interface EventFamily {
  events: readonly string[];
  /** What the token needs beside `webhooks:write`. */
  readScope: string;
  allowed: readonly SubscriptionScope[];
  /** Asks for a paid plan even where webhooks themselves do not. */
  isPaid: boolean;
}

const EVERY: readonly SubscriptionScope[] = ['organization', 'user', 'group'];

export const EVENT_FAMILIES: readonly EventFamily[] = [
  {
    events: [
      'invitee.created',
      'invitee.canceled',
      'invitee_no_show.created',
      'invitee_no_show.deleted',
    ],
    readScope: 'scheduled_events:read',
    allowed: EVERY,
    isPaid: false,
  },
  {
    events: ['event_type.created', 'event_type.updated', 'event_type.deleted'],
    readScope: 'event_types:read',
    allowed: EVERY,
    isPaid: false,
  },
  {
    events: ['contact.created', 'contact.updated', 'contact.deleted'],
    readScope: 'contacts:read',
    allowed: EVERY,
    isPaid: false,
  },
  {
    events: ['routing_form_submission.created'],
    readScope: 'routing_forms:read',
    allowed: ['organization'],
    isPaid: true,
  },
  {
    events: ['meeting_recap.created', 'meeting_recap.updated', 'meeting_recap.deleted'],
    readScope: 'meeting_recaps:read',
    allowed: ['user'],
    isPaid: true,
  },
];

/** The families of these events, each once; unknown events have none. */
export function familiesOf(events: readonly string[]): EventFamily[] {
  return EVENT_FAMILIES.filter((family) => family.events.some((event) => events.includes(event)));
}

/** Whether any family has this event. */
export function isKnownEvent(event: string): boolean {
  return familiesOf([event]).length > 0;
}
