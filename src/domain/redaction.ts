/** What is kept of somebody who was erased: that there was a booking, when, and what became of it. */
import { emailKey } from './email.ts';
import type { ObservedInvitee } from './invitee.ts';
import type { JsonObject } from './json.ts';
import type { Cancellation, ObservedMeeting } from './meeting.ts';

/** Of a location: what says nothing of a person. */
export const KEPT_OF_LOCATION = ['type', 'join_url', 'status'];

/** The invitee without anything that tells who it was. The hashes stay, so that nothing looks changed. */
export function redactInvitee(invitee: ObservedInvitee): ObservedInvitee {
  return {
    ...invitee,
    email: null,
    name: null,
    firstName: null,
    lastName: null,
    timezone: null,
    answers: [],
    tracking: null,
    payment: null,
    cancellation: redactCancellation(invitee.cancellation),
    reconfirmation: null,
    textReminderNumber: null,
    cancelUrl: null,
    rescheduleUrl: null,
    routingFormSubmission: null,
    raw: {},
    rawExact: null,
  };
}

/**
 * The meeting without what its invitee or canceler may have written, and without these guests. A group's title and
 * place are the host's, and stay.
 */
export function redactMeeting(
  meeting: ObservedMeeting,
  { texts, guests }: { texts: boolean; guests: ReadonlySet<string> },
): ObservedMeeting {
  const left = meeting.guests.filter(({ email }) => !guests.has(emailKey(email) ?? ''));
  if (!texts && left.length === meeting.guests.length) return meeting;
  const isOnes = (meeting.inviteesLimit ?? 1) <= 1;
  const told = { ...meeting, guests: left, raw: {}, rawExact: null };
  if (!texts) return told;
  return {
    ...told,
    title: isOnes ? null : meeting.title,
    location: isOnes ? redactLocation(meeting.location) : meeting.location,
    cancellation: redactCancellation(meeting.cancellation),
    notesPlain: null,
    notesHtml: null,
  };
}

function redactLocation(location: JsonObject | null): JsonObject | null {
  if (location === null) return null;
  return Object.fromEntries(
    Object.entries(location).filter(([key]) => KEPT_OF_LOCATION.includes(key)),
  );
}

function redactCancellation(cancellation: Cancellation | null): Cancellation | null {
  return cancellation === null ? null : { ...cancellation, by: null, reason: null };
}
