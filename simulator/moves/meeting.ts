/** Moves that change one event without a webhook: hosts, title, guests, place, notes, and its end for good. */
import { guestOf, hostOf } from '../bookings.ts';
import { makeLocation } from '../locations.ts';
import { readMs } from '../moment.ts';
import type { EventRecord, JsonObject } from '../records.ts';
import { stampNow } from '../stamp.ts';
import type { World } from '../state.ts';
import { findActiveEvent, findEvent, findUser, MoveError } from './find.ts';

/** Another host takes over from `from` (left out: from the first). */
export function reassign(
  world: World,
  input: { event: string; to: string; from?: string | undefined },
): void {
  const event = findActiveEvent(world, input.event);
  const to = findUser(world, input.to, 'to').wire.uri;
  const hosts = event.wire.event_memberships;
  const from =
    input.from === undefined ? hosts[0]?.user : findUser(world, input.from, 'from').wire.uri;
  const index = hosts.findIndex((host) => host.user === from);
  if (index === -1) throw new MoveError('from', 'This user does not host the event');
  if (hosts.some((host) => host.user === to)) throw new MoveError('to', 'is a host already');
  const times: [number, number] = [readMs(event.wire.start_time), readMs(event.wire.end_time)];
  event.wire.event_memberships = hosts.with(index, hostOf(world, to, times));
  touch(world, event, world.readings.updatedAtMovesOnReassign);
}

export function rename(world: World, input: { event: string; name: string | null }): void {
  const event = findEvent(world, input.event);
  event.wire.name = input.name;
  touch(world, event, true);
}

export function addGuest(world: World, input: { event: string; email: string }): void {
  const event = findActiveEvent(world, input.event);
  event.wire.event_guests = [...event.wire.event_guests, guestOf(input.email, stampNow(world))];
  touch(world, event, world.readings.updatedAtMovesOnGuests);
}

/** `location`: a kind such as `zoom_conference`, or the location itself, or null. */
export function changeLocation(
  world: World,
  input: { event: string; location: string | JsonObject | null },
): void {
  const event = findActiveEvent(world, input.event);
  const { location } = input;
  event.wire.location =
    typeof location === 'string' ? makeLocation(location, event.wire.uri) : location;
  world.pushes = world.pushes.filter((push) => push.event !== event.wire.uri);
  touch(world, event, true);
}

export function editNotes(world: World, input: { event: string; text: string | null }): void {
  const event = findEvent(world, input.event);
  event.wire.meeting_notes_plain = input.text;
  event.wire.meeting_notes_html = input.text === null ? null : `<p>${input.text}</p>`;
  touch(world, event, world.readings.updatedAtMovesOnNotes);
}

/** Deleted under data compliance: 404 from now on, and gone from every list. */
export function removeEvent(world: World, input: { event: string }): void {
  findEvent(world, input.event).hidden = true;
  world.changed();
}

/** Takes `removeEvent` back, for tests of what comes back. */
export function restoreEvent(world: World, input: { event: string }): void {
  findEvent(world, input.event).hidden = false;
  world.changed();
}

function touch(world: World, event: EventRecord, moves: boolean): void {
  if (moves) event.wire.updated_at = stampNow(world);
  world.changed();
}
