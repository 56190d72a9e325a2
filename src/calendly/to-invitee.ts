/** Calendly's invitee as ours: pure, every time checked, nothing of the JSON lost. */
import type { z } from 'zod';

import type { InviteeFacts, ObservedInvitee } from '../domain/invitee.ts';
import { hashJson } from '../domain/json.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Item, Parsed, ReadContext } from './item.ts';
import { heldToNow, readItem, setAside } from './item.ts';
import { isKnownTimezone } from './timezone.ts';
import { toCancellation } from './to-meeting.ts';
import { meetingUriOf } from './uri.ts';
import { inviteeSchema } from './wire.ts';

type ReadInvitee = z.output<typeof inviteeSchema>;

export interface InviteeContext extends ReadContext {
  /** The meeting whose invitees were asked for: another meeting's invitee is set aside. */
  meetingUri?: string | undefined;
}

/**
 * Reads one invitee: `/scheduled_events/ID/invitees[/ID]` or a delivery's payload, whose
 * `scheduled_event` is left out (it is a meeting of its own). Never throws.
 */
export function toInvitee(item: unknown, context: InviteeContext): Parsed<ObservedInvitee> {
  const own = withoutMeeting(item);
  const parsed = readItem(own, inviteeSchema, (invitee, read) => inviteeOf(invitee, read, context));
  if (!parsed.ok) return parsed;
  const { uri, meetingUri } = parsed.value;
  if (meetingUri !== meetingUriOf(uri))
    return setAside(own, 'event: is not the meeting of the uri');
  if (context.meetingUri !== undefined && context.meetingUri !== meetingUri) {
    return setAside(own, 'event: is not the meeting that was asked for');
  }
  return parsed;
}

function withoutMeeting(item: unknown): unknown {
  if (typeof item !== 'object' || item === null || !('scheduled_event' in item)) return item;
  const { scheduled_event: _meeting, ...own } = item;
  return own;
}

function inviteeOf(invitee: ReadInvitee, item: Item, context: ReadContext): ObservedInvitee {
  const facts = factsOf(invitee);
  const flags = [...item.flags];
  if (facts.timezone !== null && !isKnownTimezone(facts.timezone)) flags.push('unknown_timezone');
  return {
    ...facts,
    sourceUpdatedAt: heldToNow(invitee.updated_at, context.nowMs, flags),
    raw: item.raw,
    rawExact: item.rawExact,
    coreHash: hashJson(asJson(facts)),
    fullHash: item.fullHash,
    flags,
  };
}

function factsOf(invitee: ReadInvitee): InviteeFacts {
  return {
    uri: invitee.uri,
    meetingUri: invitee.event ?? meetingUriOf(invitee.uri) ?? '',
    email: invitee.email ?? null,
    name: invitee.name ?? null,
    firstName: invitee.first_name ?? null,
    lastName: invitee.last_name ?? null,
    status: invitee.status,
    timezone: invitee.timezone ?? null,
    answers: (invitee.questions_and_answers ?? []).map((item) => ({
      question: item.question ?? '',
      answer: item.answer ?? '',
      position: item.position ?? null,
    })),
    tracking: invitee.tracking ?? null,
    payment: invitee.payment ?? null,
    noShowUri: invitee.no_show?.uri ?? null,
    noShowAt: invitee.no_show?.created_at ?? null,
    rescheduled: invitee.rescheduled ?? false,
    oldInvitee: invitee.old_invitee ?? null,
    newInvitee: invitee.new_invitee ?? null,
    cancellation: toCancellation(invitee.cancellation),
    reconfirmation: invitee.reconfirmation ?? null,
    schedulingMethod: invitee.scheduling_method ?? null,
    textReminderNumber: invitee.text_reminder_number ?? null,
    cancelUrl: invitee.cancel_url ?? null,
    rescheduleUrl: invitee.reschedule_url ?? null,
    routingFormSubmission: invitee.routing_form_submission ?? null,
    calendlyCreatedAt: invitee.created_at,
    // The time as Calendly gives it, future or not: a hash must not move with our clock.
    sourceUpdatedAt: invitee.updated_at,
  };
}

function asJson(facts: InviteeFacts): JsonObject {
  return {
    ...facts,
    answers: facts.answers.map((answer) => ({ ...answer })),
    cancellation: facts.cancellation === null ? null : { ...facts.cancellation },
  };
}
