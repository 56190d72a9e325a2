/** Puts events and invitees into a world; stories and moves both write through here. */
import { beforePush, makeLocation } from './locations.ts';
import { spell, spellMs, readMicros, MINUTE_MS } from './moment.ts';
import type {
  CancellationWire,
  EventRecord,
  EventTypeRecord,
  GuestWire,
  HostWire,
  InviteeWire,
  JsonObject,
} from './records.ts';
import { idOf, newUuid } from './stamp.ts';
import type { World } from './state.ts';

export interface NewEvent {
  type: EventTypeRecord;
  startMs: number;
  /** The instant of the booking, as text. */
  createdAt: string;
  /** Left out: one of the type's hosts where it is not collective, all where it is. */
  hosts?: string[];
  minutes?: number;
  /** Left out: the first location of the type. `null`: none, as in old data. */
  location?: JsonObject | null;
  name?: string | null;
  guests?: string[];
  notes?: string | null;
  id?: string;
  /** Books as if just now: the calendar push is still to come. */
  fresh?: boolean;
}

/** Adds an event without invitees. */
export function addEvent(world: World, input: NewEvent): EventRecord {
  const { type } = input;
  const id = input.id ?? newUuid(world);
  const endMs = input.startMs + (input.minutes ?? type.wire.duration) * MINUTE_MS;
  const hosts = input.hosts ?? defaultHosts(type);
  const location = input.location === undefined ? locationOf(type, id) : input.location;
  const pushedAt = (readMicros(input.createdAt) ?? 0) + world.readings.calendarPushMs * 1000;
  const fresh = input.fresh === true;
  const record: EventRecord = {
    organization: type.organization,
    limit: type.limit,
    hidden: false,
    wire: {
      uri: `https://api.calendly.com/scheduled_events/${id}`,
      name: input.name === undefined ? type.wire.name : input.name,
      meeting_notes_plain: input.notes ?? null,
      meeting_notes_html: typeof input.notes === 'string' ? `<p>${input.notes}</p>` : null,
      status: 'active',
      start_time: spellMs(input.startMs),
      end_time: spellMs(endMs),
      event_type: type.wire.uri,
      location: fresh ? beforePush(location) : location,
      created_at: input.createdAt,
      updated_at: fresh ? input.createdAt : spell(pushedAt),
      event_memberships: hosts.map((host) => hostOf(world, host, [input.startMs, endMs])),
      event_guests: (input.guests ?? []).map((email) => guestOf(email, input.createdAt)),
      calendar_event: { kind: 'google', external_id: id.replaceAll('-', '').slice(0, 26) },
    },
  };
  world.events.set(record.wire.uri, record);
  world.inviteesOf.set(record.wire.uri, []);
  if (fresh) world.pushes.push({ event: record.wire.uri, at: pushedAt, location });
  return record;
}

function defaultHosts(type: EventTypeRecord): string[] {
  return type.wire['pooling_type'] === 'collective' ? type.hosts : type.hosts.slice(0, 1);
}

function locationOf(type: EventTypeRecord, id: string): JsonObject | null {
  const locations = type.wire['locations'];
  const first = Array.isArray(locations) ? locations[0] : null;
  if (typeof first !== 'object' || first === null || Array.isArray(first)) return null;
  return makeLocation(typeof first['kind'] === 'string' ? first['kind'] : 'none', id);
}

/** A host's line in an event; a deleted account shows as Calendly shows those. */
export function hostOf(world: World, user: string, [startMs, endMs]: [number, number]): HostWire {
  const record = world.users.get(user);
  const gone = record === undefined || record.deleted;
  return {
    user,
    user_email: gone ? `${idOf(user)}@deleted.calendly.com` : record.wire.email,
    user_name: gone ? 'deleted' : record.wire.name,
    buffered_start_time: spellMs(startMs),
    buffered_end_time: spellMs(endMs),
  };
}

export function guestOf(email: string, at: string): GuestWire {
  return { email, created_at: at, updated_at: at };
}

export interface NewInvitee {
  name: string;
  email: string;
  at: string;
  timezone?: string | null;
  /** Given where the booking page asks for first and last name apart. */
  split?: boolean;
  answers?: Record<string, string>;
  tracking?: JsonObject;
  payment?: JsonObject;
  phone?: string;
  oldInvitee?: string;
  method?: 'instant_book' | 'api';
}

/** Tracking where the booking page was opened without any. */
export const NO_TRACKING = {
  utm_campaign: null,
  utm_source: null,
  utm_medium: null,
  utm_content: null,
  utm_term: null,
  salesforce_uuid: null,
};

/** Adds an invitee to an event. */
export function addInvitee(world: World, event: EventRecord, input: NewInvitee): InviteeWire {
  const id = newUuid(world);
  const [first = '', ...rest] = input.name.split(' ');
  const invitee: InviteeWire = {
    uri: `${event.wire.uri}/invitees/${id}`,
    email: input.email,
    first_name: input.split === true ? first : null,
    last_name: input.split === true ? rest.join(' ') : null,
    name: input.name,
    status: 'active',
    questions_and_answers: Object.entries(input.answers ?? {}).map(
      ([question, answer], position) => ({ question, answer, position }),
    ),
    timezone: input.timezone === undefined ? 'Europe/London' : input.timezone,
    event: event.wire.uri,
    created_at: input.at,
    updated_at: input.at,
    tracking: { ...NO_TRACKING, ...input.tracking },
    text_reminder_number: input.phone ?? null,
    rescheduled: false,
    old_invitee: input.oldInvitee ?? null,
    new_invitee: null,
    cancel_url: `https://calendly.com/cancellations/${id}`,
    reschedule_url: `https://calendly.com/reschedulings/${id}`,
    routing_form_submission: null,
    payment: input.payment ?? null,
    no_show: null,
    reconfirmation: null,
    scheduling_method: input.method ?? null,
    invitee_scheduled_by: null,
  };
  world.invitees.set(invitee.uri, invitee);
  const others = world.inviteesOf.get(event.wire.uri) ?? [];
  world.inviteesOf.set(event.wire.uri, [...others, invitee]);
  return invitee;
}

/** Marks one invitee canceled; the event is left alone. */
export function endInvitee(invitee: InviteeWire, cancellation: CancellationWire): void {
  invitee.status = 'canceled';
  invitee.updated_at = cancellation.created_at;
  invitee.cancellation = cancellation;
}

/** Marks an event canceled, and each invitee who is still active. */
export function endEvent(world: World, event: EventRecord, cancellation: CancellationWire): void {
  event.wire.status = 'canceled';
  event.wire.updated_at = cancellation.created_at;
  event.wire.cancellation = cancellation;
  for (const invitee of world.inviteesOf.get(event.wire.uri) ?? []) {
    if (invitee.status === 'active') endInvitee(invitee, { ...cancellation });
  }
}
