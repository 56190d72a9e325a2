/** Calendly's scheduled event as our meeting: pure, every time checked, nothing of the JSON lost. */
import type { z } from 'zod';

import type { JsonObject } from '../domain/json.ts';
import { hashJson } from '../domain/json.ts';
import type { Cancellation, MeetingFacts, ObservedMeeting } from '../domain/meeting.ts';
import { timestampToMs } from '../domain/timestamp.ts';
import type { Item, Parsed, ReadContext } from './item.ts';
import { heldToNow, readItem } from './item.ts';
import { eventSchema } from './wire.ts';

type ReadEvent = z.output<typeof eventSchema>;

/** A meeting longer than this is flagged `very_long`; it is stored all the same. */
const VERY_LONG_MS = 30 * 24 * 3_600_000;

/**
 * Reads one scheduled event: `/scheduled_events`, `/scheduled_events/ID` or a delivery's
 * `scheduled_event`. Never throws: what cannot be read comes back with its reason.
 */
export function toMeeting(item: unknown, context: ReadContext): Parsed<ObservedMeeting> {
  return readItem(item, eventSchema, (event, read) => meetingOf(event, read, context));
}

/** A cancellation in our names; `by` is a person's name, never a URI. */
export function toCancellation(wire: ReadEvent['cancellation']): Cancellation | null {
  if (wire === null || wire === undefined) return null;
  return {
    by: wire.canceled_by ?? null,
    reason: wire.reason ?? null,
    canceler_type: wire.canceler_type ?? null,
    at: wire.created_at ?? null,
  };
}

function meetingOf(event: ReadEvent, item: Item, context: ReadContext): ObservedMeeting {
  const core = factsOf(event);
  const flags = [...item.flags, ...lengthFlags(event)];
  return {
    ...core,
    // A delivery never carries it; in an API answer a missing key means none.
    calendarEvent: context.from === 'delivery' ? undefined : (event.calendar_event ?? null),
    sourceUpdatedAt: heldToNow(event.updated_at, context.nowMs, flags),
    raw: item.raw,
    rawExact: item.rawExact,
    coreHash: hashJson(unordered(core)),
    fullHash: item.fullHash,
    fingerprint: fingerprintOf(core),
    flags,
  };
}

type CoreFacts = Omit<MeetingFacts, 'calendarEvent'>;

function factsOf(event: ReadEvent): CoreFacts {
  return {
    uri: event.uri,
    title: event.name ?? null,
    status: event.status,
    startTime: event.start_time,
    endTime: event.end_time,
    eventTypeUri: event.event_type ?? null,
    location: event.location ?? null,
    hosts: (event.event_memberships ?? []).map((membership) => ({
      user_uri: membership.user,
      email: membership.user_email ?? null,
      name: membership.user_name ?? null,
    })),
    guests: (event.event_guests ?? []).map((guest) => ({
      email: guest.email,
      created_at: guest.created_at ?? null,
      updated_at: guest.updated_at ?? null,
    })),
    inviteesTotal: event.invitees_counter?.total ?? null,
    inviteesActive: event.invitees_counter?.active ?? null,
    inviteesLimit: event.invitees_counter?.limit ?? null,
    cancellation: toCancellation(event.cancellation),
    notesPlain: event.meeting_notes_plain ?? null,
    notesHtml: event.meeting_notes_html ?? null,
    calendlyCreatedAt: event.created_at,
    // The time as Calendly gives it, future or not: a hash must not move with our clock.
    sourceUpdatedAt: event.updated_at,
  };
}

/** Calendly promises no order of hosts and guests, so no hash may depend on it. */
function unordered(core: CoreFacts): JsonObject {
  return {
    ...core,
    hosts: core.hosts.map(asJson).toSorted(byHash),
    guests: core.guests.map(asJson).toSorted(byHash),
    cancellation: core.cancellation === null ? null : asJson(core.cancellation),
  };
}

function fingerprintOf(core: CoreFacts): string {
  const { hosts, guests, cancellation } = unordered(core);
  return hashJson({
    status: core.status,
    times: [core.startTime, core.endTime],
    title: core.title,
    location: core.location,
    counters: [core.inviteesTotal, core.inviteesActive, core.inviteesLimit],
    hosts: hosts ?? null,
    guests: guests ?? null,
    cancellation: cancellation ?? null,
    updated_at: core.sourceUpdatedAt,
  });
}

function asJson(value: Record<string, string | null> | object): JsonObject {
  return { ...value };
}

function byHash(a: JsonObject, b: JsonObject): number {
  return hashJson(a) < hashJson(b) ? -1 : 1;
}

function lengthFlags(event: ReadEvent): string[] {
  const lengthMs = timestampToMs(event.end_time) - timestampToMs(event.start_time);
  if (event.end_time < event.start_time) return ['ends_before_start'];
  if (event.end_time === event.start_time) return ['zero_length'];
  return lengthMs > VERY_LONG_MS ? ['very_long'] : [];
}
