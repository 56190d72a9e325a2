/** GET /scheduled_events, /scheduled_events/{id}; POST …/{id}/cancellation. */
import { cancelEvent } from '../moves/cancel.ts';
import { compare, listEvents, showEvent } from '../show.ts';
import type { EventRecord } from '../records.ts';
import {
  choiceParameter,
  get,
  instantParameter,
  pathId,
  resource,
  textParameter,
  uriParameter,
} from './call.ts';
import type { Answer, Call, Route } from './call.ts';
import { page } from './page.ts';
import { findMembership, isAdmin, visibleEvent } from './permission.ts';
import { denied, invalid, invalidAll } from './refusal.ts';
import { readMs } from '../moment.ts';

const LONGEST_REASON = 10_000;

export const scheduledEventRoutes: readonly Route[] = [
  get('/scheduled_events', 'scheduled_events:read', listScheduledEvents),
  get('/scheduled_events/{}', 'scheduled_events:read', (call) =>
    resource(showEvent(call.world, visibleEvent(call, pathId(call)))),
  ),
  {
    method: 'POST',
    pattern: '/scheduled_events/{}/cancellation',
    scope: 'scheduled_events:write',
    handle: postCancellation,
  },
];

function listScheduledEvents(call: Call): Answer {
  const { world } = call;
  const organization = uriParameter(call, 'organization', 'organizations');
  const user = uriParameter(call, 'user', 'users');
  const status = choiceParameter(call, 'status', ['active', 'canceled']);
  const sort = choiceParameter(call, 'sort', ['start_time:asc', 'start_time:desc']);
  const from = instantParameter(call, 'min_start_time');
  const to = instantParameter(call, 'max_start_time');
  const email = textParameter(call, 'invitee_email')?.toLowerCase();
  allowListing(call, organization, user);
  const reach = world.readings.boundsInclusive ? 0 : 1;
  const isMatch = (event: EventRecord): boolean => {
    const { wire } = event;
    return (
      (from === undefined || compare(wire.start_time, from) >= reach) &&
      (to === undefined || compare(wire.start_time, to) <= -reach) &&
      (status === undefined || wire.status === status) &&
      (organization === undefined || event.organization === organization) &&
      (user === undefined || wire.event_memberships.some((host) => host.user === user)) &&
      (email === undefined || hasInvitee(call, wire.uri, email))
    );
  };
  return page<EventRecord>(call, {
    rows: listEvents(world).filter(isMatch),
    isSorted: true,
    keyOf: ({ wire }) => `${wire.start_time} ${wire.uri}`,
    descending: sort === 'start_time:desc',
    show: (event) => showEvent(world, event),
  });
}

/** api.md §2.2: `user` alone is only for oneself, an organization's events only for its administrators. */
function allowListing(call: Call, organization?: string, user?: string): void {
  const own = user === call.user.uri;
  if (organization === undefined) {
    if (user === undefined) {
      throw invalidAll([
        { parameter: 'organization', message: 'is missing' },
        { parameter: 'user', message: 'is missing' },
      ]);
    }
    if (own) return;
    const colleague = findMembership(call.world, user, call.user.current_organization);
    throw denied(
      colleague === undefined
        ? 'This user is not in your organization'
        : 'Please also specify organization when requesting events for a user within your organization.',
    );
  }
  if (user === undefined || !own) {
    if (!isAdmin(call, organization)) throw denied();
  }
  if (user !== undefined && findMembership(call.world, user, organization) === undefined) {
    throw denied('This user is not in your organization');
  }
}

function hasInvitee(call: Call, event: string, email: string): boolean {
  const invitees = call.world.inviteesOf.get(event) ?? [];
  return invitees.some((invitee) => invitee.email.toLowerCase() === email);
}

function postCancellation(call: Call): Answer {
  const event = visibleEvent(call, pathId(call), 'You are not allowed to cancel this event');
  const { body } = call;
  const given = typeof body === 'object' && body !== null && 'reason' in body ? body.reason : null;
  if (given !== null && typeof given !== 'string') throw invalid('reason', 'must be a string');
  if (given !== null && given.length > LONGEST_REASON) throw invalid('reason', 'is too long');
  if (event.wire.status === 'canceled') throw denied('Event is already canceled');
  if (readMs(event.wire.start_time) < call.world.clock.now()) throw denied('Event in the past');
  const cancellation = cancelEvent(call.world, event, {
    by: call.user.name,
    who: 'host',
    reason: given,
  });
  return resource(cancellation, 201);
}
