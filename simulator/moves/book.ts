/** Moves that bring people and meetings together: book, join a group, reschedule. */
import { addEvent, addInvitee } from '../bookings.ts';
import type { NewInvitee } from '../bookings.ts';
import { makeLocation } from '../locations.ts';
import { HOUR_MS, readMicros, readMs, spellMs } from '../moment.ts';
import type { EventRecord, EventTypeRecord, InviteeWire, JsonObject } from '../records.ts';
import { newUuid, stampNow } from '../stamp.ts';
import type { World } from '../state.ts';
import { announceInvitee } from '../webhooks/announce.ts';
import { cancelInvitee } from './cancel.ts';
import { findActiveEvent, findActiveInvitee, findEventType, findUser, MoveError } from './find.ts';

export interface Booked {
  event: string;
  invitee: string;
}

export interface Booker {
  name: string;
  email: string;
  timezone?: string | null | undefined;
  phone?: string | undefined;
  answers?: Record<string, string> | undefined;
}

export interface BookInput {
  eventType?: string | undefined;
  /** Who hosts; for round robin, or to book with somebody of the type's hosts. */
  host?: string | undefined;
  startTime?: string | undefined;
  minutes?: number | undefined;
  /** A kind such as `zoom_conference`, or the location itself. */
  location?: string | JsonObject | null | undefined;
  name?: string | undefined;
  guests?: string[] | undefined;
  invitee: Booker;
}

/** Books a meeting now; in a group type it joins the event of that time where there is one. */
export function book(world: World, input: BookInput): Booked {
  const type = findEventType(world, input.eventType);
  const host = input.host === undefined ? undefined : findUser(world, input.host, 'host').wire.uri;
  const startMs = startOf(world, type, input.startTime);
  const event =
    findGroupEvent(world, type, startMs) ?? newEvent(world, type, { ...input, host, startMs });
  const invitee = addInvitee(world, event, { ...toInvitee(input.invitee), at: stampNow(world) });
  world.changed();
  announceInvitee(world, 'invitee.created', invitee);
  return { event: event.wire.uri, invitee: invitee.uri };
}

/** One more invitee in a group event; silent on the event by default. */
export function joinGroup(world: World, input: { event: string; invitee: Booker }): Booked {
  const event = findActiveEvent(world, input.event);
  const invitees = world.inviteesOf.get(event.wire.uri) ?? [];
  const taken = invitees.filter((invitee) => invitee.status === 'active').length;
  if (taken >= event.limit) throw new MoveError('event', 'The event is full');
  const invitee = addInvitee(world, event, { ...toInvitee(input.invitee), at: stampNow(world) });
  if (world.readings.updatedAtMovesOnGroupJoin) event.wire.updated_at = stampNow(world);
  world.changed();
  announceInvitee(world, 'invitee.created', invitee);
  return { event: event.wire.uri, invitee: invitee.uri };
}

export interface RescheduleInput {
  invitee: string;
  startTime?: string | undefined;
  by?: 'host' | 'invitee' | undefined;
  reason?: string | null | undefined;
}

/** Moves one invitee to another time: a new event and invitee, and links between old and new. */
export function reschedule(world: World, input: RescheduleInput): Booked {
  const old = findActiveInvitee(world, input.invitee);
  const before = findActiveEvent(world, old.event);
  const type = findEventType(world, before.wire.event_type);
  const startMs = startOf(world, type, input.startTime);
  const hosts = before.wire.event_memberships.map((host) => host.user);
  const event =
    findGroupEvent(world, type, startMs) ??
    newEvent(world, type, { hosts, startMs, name: before.wire.name });
  if (event === before) throw new MoveError('startTime', 'The event is at this time already');
  const invitee = addInvitee(world, event, { ...copyOf(old), oldInvitee: old.uri });
  invitee.created_at = invitee.updated_at = stampNow(world);
  const who = input.by ?? 'invitee';
  const by = who === 'invitee' ? old.name : (before.wire.event_memberships[0]?.user_name ?? '');
  old.rescheduled = true;
  old.new_invitee = invitee.uri;
  cancelInvitee(world, old, { by, who, reason: input.reason ?? null });
  announceInvitee(world, 'invitee.created', invitee);
  return { event: event.wire.uri, invitee: invitee.uri };
}

interface EventInput extends Pick<BookInput, 'minutes' | 'location' | 'guests'> {
  host?: string | undefined;
  hosts?: string[];
  name?: string | null | undefined;
  startMs: number;
}

function newEvent(world: World, type: EventTypeRecord, input: EventInput): EventRecord {
  const id = newUuid(world);
  const { host, hosts = host === undefined ? undefined : [host], location } = input;
  return addEvent(world, {
    type,
    id,
    startMs: input.startMs,
    createdAt: stampNow(world),
    fresh: true,
    ...(hosts === undefined ? {} : { hosts }),
    ...(input.minutes === undefined ? {} : { minutes: input.minutes }),
    ...(input.name === undefined ? {} : { name: input.name }),
    ...(input.guests === undefined ? {} : { guests: input.guests }),
    ...(location === undefined
      ? {}
      : { location: typeof location === 'string' ? makeLocation(location, id) : location }),
  });
}

function findGroupEvent(
  world: World,
  type: EventTypeRecord,
  startMs: number,
): EventRecord | undefined {
  if (type.limit === 1) return undefined;
  const start = spellMs(startMs);
  for (const event of world.events.values()) {
    const { wire } = event;
    const same = wire.event_type === type.wire.uri && wire.start_time === start;
    if (same && wire.status === 'active' && !event.hidden) return event;
  }
  return undefined;
}

/** The time asked for, or the next full hour, an hour from now or later, that no host of the type has taken. */
function startOf(world: World, type: EventTypeRecord, text: string | undefined): number {
  if (text !== undefined) {
    const micros = readMicros(text);
    if (micros === undefined) throw new MoveError('startTime', 'is not a valid date-time');
    return Math.floor(micros / 1000);
  }
  const taken = new Set<number>();
  for (const { wire } of world.events.values()) {
    const shared = wire.event_memberships.some((host) => type.hosts.includes(host.user));
    if (shared && wire.status === 'active') taken.add(hourOf(readMs(wire.start_time)));
  }
  let hour = hourOf(world.clock.now()) + 2;
  while (taken.has(hour)) hour += 1;
  return hour * HOUR_MS;
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS);
}

function toInvitee({ name, email, timezone, phone, answers }: Booker): Omit<NewInvitee, 'at'> {
  return {
    name,
    email,
    ...(timezone === undefined ? {} : { timezone }),
    ...(phone === undefined ? {} : { phone }),
    ...(answers === undefined ? {} : { answers }),
  };
}

function copyOf(old: InviteeWire): NewInvitee {
  return {
    name: old.name,
    email: old.email,
    at: old.created_at,
    timezone: old.timezone,
    split: old.first_name !== null,
    answers: Object.fromEntries(
      old.questions_and_answers.map(({ question, answer }) => [question, answer]),
    ),
    tracking: old.tracking,
  };
}
