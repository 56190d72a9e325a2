/** Who may see what: memberships, administrators, hosts. */
import type { EventRecord, MembershipRecord } from '../records.ts';
import type { World } from '../state.ts';
import type { Call } from './call.ts';
import { denied, notFound } from './refusal.ts';

/** The membership of a user in an organization. */
export function findMembership(
  world: World,
  user: string,
  organization: string,
): MembershipRecord | undefined {
  for (const membership of world.memberships.values()) {
    if (membership.user === user && membership.organization === organization) return membership;
  }
  return undefined;
}

/** Whether the caller is owner or admin of the organization. */
export function isAdmin(call: Call, organization: string): boolean {
  const role = findMembership(call.world, call.user.uri, organization)?.role;
  return role === 'owner' || role === 'admin';
}

/** Whether the caller is one of the event's hosts. */
export function isHost(call: Call, event: EventRecord): boolean {
  return event.wire.event_memberships.some((host) => host.user === call.user.uri);
}

/** The event with this id, where the caller may see it: 404 or 403 else. */
export function visibleEvent(
  call: Call,
  id: string,
  sentence = 'You are not allowed to view this event',
): EventRecord {
  const event = call.world.events.get(`https://api.calendly.com/scheduled_events/${id}`);
  if (event === undefined || event.hidden) throw notFound();
  if (!isHost(call, event) && !isAdmin(call, event.organization)) throw denied(sentence);
  return event;
}
