/** Says that something happened of which webhooks tell, with a copy of what it looked like just then. */
import { showEvent } from '../show.ts';
import type { EventTypeRecord, InviteeWire, JsonObject } from '../records.ts';
import type { World } from '../state.ts';

export type InviteeEvent =
  | 'invitee.created'
  | 'invitee.canceled'
  | 'invitee_no_show.created'
  | 'invitee_no_show.deleted';

/** The payload is the invitee with the event, which lacks `calendar_event` and the hosts' buffers there. */
export function announceInvitee(world: World, event: InviteeEvent, invitee: InviteeWire): void {
  const record = world.events.get(invitee.event);
  if (record === undefined) return;
  const { calendar_event: _, event_memberships, ...shown } = showEvent(world, record);
  const hosts = event_memberships.map(({ user, user_email, user_name }) => ({
    user,
    user_email,
    user_name,
  }));
  const users = hosts.map((host) => host.user);
  world.announce({
    event,
    organization: record.organization,
    users: world.readings.webhookReachesCoHosts ? users : users.slice(0, 1),
    payload: structuredClone({
      ...invitee,
      scheduled_event: { ...shown, event_memberships: hosts },
    }),
  });
}

/** The payload is the event type without `description_html`. */
export function announceEventType(
  world: World,
  event: 'event_type.created' | 'event_type.updated' | 'event_type.deleted',
  type: EventTypeRecord,
): void {
  const { description_html: _, ...payload } = type.wire;
  world.announce({
    event,
    organization: type.organization,
    users: type.hosts,
    payload: structuredClone(payload),
  });
}

/** A routing form was sent in; only organizations hear of it. */
export function announceSubmission(
  world: World,
  organization: string,
  submission: JsonObject & { uri: string },
): void {
  world.announce({
    event: 'routing_form_submission.created',
    organization,
    users: [],
    payload: structuredClone(submission),
  });
}
