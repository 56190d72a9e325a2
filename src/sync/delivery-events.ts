/** Every event that Calendly has, and what becomes of it here: the one table. */
import { setAside as unreadable } from '../calendly/item.ts';
import { toEventType } from '../calendly/to-event-type.ts';
import { toInvitee } from '../calendly/to-invitee.ts';
import { toMeeting } from '../calendly/to-meeting.ts';
import { toSubmission } from '../calendly/to-submission.ts';
import type { Tx } from '../store/db.ts';
import { meetingHosts, organizationHas } from '../store/identity.ts';
import { queueConfirmation } from '../store/confirmations.ts';
import { upsertSubmission } from '../store/submissions.ts';
import { apply } from './apply.ts';
import type { Outcome, Work } from './delivery-work.ts';

type Handler = (tx: Tx, work: Work) => Promise<Outcome>;

export const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['invitee.created', applyInvitee],
  ['invitee.canceled', applyInvitee],
  ['invitee_no_show.created', applyInvitee],
  ['invitee_no_show.deleted', applyInvitee],
  ['event_type.created', applyEventType],
  ['event_type.updated', applyEventType],
  ['event_type.deleted', applyEventType],
  ['routing_form_submission.created', applySubmission],
]);

/** Events that are kept and counted but change nothing, with the reason. */
const IGNORED: ReadonlyMap<string, string> = new Map([
  ['contact.created', 'contacts_are_not_mirrored'],
  ['contact.updated', 'contacts_are_not_mirrored'],
  ['contact.deleted', 'contacts_are_not_mirrored'],
  ['meeting_recap.created', 'recaps_are_not_mirrored'],
  ['meeting_recap.updated', 'recaps_are_not_mirrored'],
  ['meeting_recap.deleted', 'recaps_are_not_mirrored'],
]);

/** Whether Calendly documents this event. */
export function isKnownEvent(event: string): boolean {
  return HANDLERS.has(event) || IGNORED.has(event);
}

export function reasonForIgnoring(event: string): string {
  return IGNORED.get(event) ?? 'unknown_event';
}

/**
 * A booking, a cancellation, a no-show: the payload is an invitee with its meeting. Applied at once; one
 * read a few seconds later fills in what payloads lack (calendar entry, conference link).
 */
async function applyInvitee(tx: Tx, work: Work): Promise<Outcome> {
  const { envelope, nowMs, connection, delivery } = work;
  const reading = { from: 'delivery' as const, nowMs };
  const invitee = toInvitee(envelope.payload, reading);
  if (!invitee.ok) return quarantined(invitee.reason);
  const scheduled = envelope.payload['scheduled_event'];
  const meeting =
    scheduled === undefined
      ? unreadable({}, 'scheduled_event: is missing')
      : toMeeting(scheduled, reading);
  if (!meeting.ok) return quarantined(`scheduled_event.${meeting.reason}`);
  if (meeting.value.uri !== invitee.value.meetingUri) return quarantined('identity: other meeting');
  const hosts = meeting.value.hosts.map((host) => host.user_uri);
  const known = await meetingHosts(tx, connection.workspace_id, meeting.value.uri);
  const stranger = await findStranger(tx, work, [...hosts, ...known]);
  if (stranger !== null) return quarantined(`identity: ${stranger}`);
  const owner = { workspaceId: connection.workspace_id, connectionId: connection.id };
  const applied = await apply(
    tx,
    {
      observation: { ...owner, source: 'delivery', readStartedAt: delivery.received_at },
      newId: work.newId,
      feed: work.feed,
    },
    { meetings: [meeting.value], invitees: [invitee.value] },
  );
  await queueConfirmation(tx, owner, { kind: 'meeting', uri: meeting.value.uri });
  const meetingChange = applied.meetings.get(meeting.value.uri) ?? 'unchanged';
  const inviteeChange = applied.invitees.get(invitee.value.uri) ?? 'unchanged';
  // a rescheduling is not a cancellation
  const isCanceled = meetingChange === 'canceled' && !invitee.value.rescheduled;
  const { hasErased } = applied;
  if (meetingChange === 'created' || isCanceled) {
    return { ...done(isCanceled ? 'canceled' : 'created'), hasErased };
  }
  const changed = [meetingChange, inviteeChange].some(
    (one) => one !== 'unchanged' && one !== 'stale',
  );
  return { ...done(changed ? 'updated' : 'unchanged'), hasErased };
}

async function applyEventType(tx: Tx, work: Work): Promise<Outcome> {
  const { envelope, nowMs, connection, delivery } = work;
  const parsed = toEventType(envelope.payload, { from: 'delivery', nowMs });
  if (!parsed.ok) return quarantined(parsed.reason);
  const stranger = await findStranger(tx, work, null);
  if (stranger !== null) return quarantined(`identity: ${stranger}`);
  const owner = { workspaceId: connection.workspace_id, connectionId: connection.id };
  const applied = await apply(
    tx,
    {
      observation: { ...owner, source: 'delivery', readStartedAt: delivery.received_at },
      newId: work.newId,
      feed: work.feed,
    },
    { eventTypes: [parsed.value] },
  );
  await queueConfirmation(tx, owner, { kind: 'event_type', uri: parsed.value.uri });
  return done(applied.eventTypes > 0 ? 'updated' : 'unchanged');
}

async function applySubmission(tx: Tx, work: Work): Promise<Outcome> {
  const parsed = toSubmission(work.envelope.payload);
  if (!parsed.ok) return quarantined(parsed.reason);
  const stranger = await findStranger(tx, work, null);
  if (stranger !== null) return quarantined(`identity: ${stranger}`);
  const written = await upsertSubmission(tx, work.connection.workspace_id, {
    submission: parsed.value,
    id: work.newId(),
  });
  return done(written ? 'created' : 'unchanged');
}

/**
 * Who in the delivery does not belong to the connection: its subscription's creator, or every host.
 * Null when it fits. In a workspace each tenant chooses its own keys, so a good signature is not enough.
 */
async function findStranger(
  tx: Tx,
  work: Work,
  hosts: readonly string[] | null,
): Promise<'creator' | 'host' | null> {
  const { connection, envelope } = work;
  const self = connection.calendly_user_uri;
  // nothing is known of the account yet: the first run will tell
  if (self === null) return null;
  const organization = connection.organization_uri;
  const belongs = (uri: string): Promise<boolean> =>
    uri === self
      ? Promise.resolve(true)
      : organization === null || connection.scope === 'user'
        ? Promise.resolve(false)
        : organizationHas(tx, { workspaceId: connection.workspace_id, organization, user: uri });
  if (envelope.createdBy !== null && envelope.createdBy !== self) return 'creator';
  if (hosts === null) return null;
  for (const host of hosts) if (await belongs(host)) return null;
  return 'host';
}

function done(
  change: 'created' | 'updated' | 'canceled' | 'unchanged',
): Extract<Outcome, { state: 'done' }> {
  return { state: 'done', change };
}

/** `reason` names the field and holds nobody's data. */
function quarantined(reason: string): Outcome {
  return { state: 'quarantined', reason };
}
