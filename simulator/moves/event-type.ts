/** Moves about what can be booked: event types that come, change their name, go. */
import { addEventType } from '../accounts.ts';
import type { EventTypeRecord } from '../records.ts';
import { stampNow } from '../stamp.ts';
import type { World } from '../state.ts';
import { announceEventType } from '../webhooks/announce.ts';
import { findEventType, findUser, MoveError } from './find.ts';

export interface EventTypeInput {
  /** Left out: the first user. */
  host?: string | undefined;
  name: string;
  slug?: string | undefined;
  minutes?: number | undefined;
  /** How many invitees one meeting takes. */
  limit?: number | undefined;
  /** A kind such as `zoom_conference`. */
  location?: string | undefined;
}

/** The host offers something new. */
export function createEventType(world: World, input: EventTypeInput): { eventType: string } {
  const host = findUser(world, input.host ?? 'host', 'host').wire;
  const type = addEventType(world, {
    name: input.name,
    slug: input.slug ?? input.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    minutes: input.minutes ?? 30,
    organization: host.current_organization,
    hosts: [host.uri],
    atMs: world.clock.now(),
    locations: [{ kind: input.location ?? 'google_conference' }],
    ...(input.limit === undefined ? {} : { limit: input.limit }),
  });
  type.wire.created_at = type.wire.updated_at = stampNow(world);
  world.changed();
  announceEventType(world, 'event_type.created', type);
  return { eventType: type.wire.uri };
}

/** New bookings have the new name; events booked before keep theirs. */
export function renameEventType(world: World, input: { eventType: string; name: string }): void {
  const type = standingType(world, input.eventType);
  type.wire.name = input.name;
  type.wire.updated_at = stampNow(world);
  world.changed();
  announceEventType(world, 'event_type.updated', type);
}

/** The type leaves every list and can be read by id alone, with `deleted_at`. */
export function deleteEventType(world: World, input: { eventType: string }): void {
  const type = standingType(world, input.eventType);
  type.unlisted = true;
  type.wire.active = false;
  type.wire.deleted_at = type.wire.updated_at = stampNow(world);
  world.changed();
  announceEventType(world, 'event_type.deleted', type);
}

function standingType(world: World, text: string): EventTypeRecord {
  const type = findEventType(world, text);
  if (type.wire.deleted_at !== null) throw new MoveError('eventType', 'It is deleted already');
  return type;
}
