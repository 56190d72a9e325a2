/** Calendly's URIs: which shapes are genuine, and how one becomes a path of our own requests. */
import { AppError } from '../domain/errors.ts';

export type UriKind =
  | 'users'
  | 'organizations'
  | 'organization_memberships'
  | 'scheduled_events'
  | 'event_types'
  | 'invitees'
  | 'invitee_no_shows'
  | 'routing_form_submissions'
  | 'webhook_subscriptions';

/** Longer ones are refused: a URI is an index key. */
export const LONGEST_URI = 300;

// One host whatever the base of our requests is: URIs in data are names, not addresses.
const ORIGIN = 'https://api.calendly.com';
const ID = '([A-Za-z0-9_~-]+(?:\\.[A-Za-z0-9_~-]+)*)';

const PATTERNS: Record<UriKind, RegExp> = {
  users: patternOf(`/users/${ID}`),
  organizations: patternOf(`/organizations/${ID}`),
  organization_memberships: patternOf(`/organization_memberships/${ID}`),
  scheduled_events: patternOf(`/scheduled_events/${ID}`),
  event_types: patternOf(`/event_types/${ID}`),
  routing_form_submissions: patternOf(`/routing_form_submissions/${ID}`),
  webhook_subscriptions: patternOf(`/webhook_subscriptions/${ID}`),
  invitee_no_shows: patternOf(`/invitee_no_shows/${ID}`),
  invitees: patternOf(`/scheduled_events/${ID}/invitees/${ID}`),
};

/** Whether `text` is a whole Calendly URI of this kind: no port, query, user info or dot segment. */
export function isUri(kind: UriKind, text: string): boolean {
  return text.length <= LONGEST_URI && PATTERNS[kind].test(text);
}

/**
 * The path that reads this resource, for example `/scheduled_events/ID`.
 * Throws `calendly.uri_unknown` where `uri` is not of this kind: nothing else ever becomes a request.
 */
export function pathOf(kind: UriKind, uri: string): string {
  if (isUri(kind, uri)) return uri.slice(ORIGIN.length);
  throw new AppError({
    kind: 'invalid',
    code: 'calendly.uri_unknown',
    message: `This is not a Calendly URI of the kind ${kind}`,
  });
}

/** The URI of the meeting that an invitee's URI lies under; `undefined` where it is none. */
export function meetingUriOf(inviteeUri: string): string | undefined {
  if (!isUri('invitees', inviteeUri)) return undefined;
  return inviteeUri.slice(0, inviteeUri.lastIndexOf('/invitees/'));
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${ORIGIN.replaceAll('.', '\\.')}${path}$`);
}
