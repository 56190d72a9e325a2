/** Finds what a move is about: by whole URI, by id, or by the short name that people use. */
import type { EventRecord, EventTypeRecord, InviteeWire, UserRecord } from '../records.ts';
import { idOf } from '../stamp.ts';
import type { World } from '../state.ts';
import type { SubscriptionRecord } from '../webhooks/records.ts';
import { liveSubscriptions } from '../webhooks/subscriptions.ts';

/** A move that cannot be made; names the argument that is wrong. */
export class MoveError extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** An event by URI or id. */
export function findEvent(world: World, text: string): EventRecord {
  const uri = text.includes('/') ? text : `https://api.calendly.com/scheduled_events/${text}`;
  const event = world.events.get(uri);
  if (event === undefined) throw new MoveError('event', 'There is no such event');
  return event;
}

/** An event that can still be changed. */
export function findActiveEvent(world: World, text: string): EventRecord {
  const event = findEvent(world, text);
  if (event.wire.status === 'canceled') throw new MoveError('event', 'The event is canceled');
  return event;
}

/** An invitee by URI or id. */
export function findInvitee(world: World, text: string): InviteeWire {
  const direct = world.invitees.get(text);
  if (direct !== undefined) return direct;
  for (const invitee of world.invitees.values()) if (idOf(invitee.uri) === text) return invitee;
  throw new MoveError('invitee', 'There is no such invitee');
}

/** An invitee who is still coming. */
export function findActiveInvitee(world: World, text: string): InviteeWire {
  const invitee = findInvitee(world, text);
  if (invitee.status !== 'active') throw new MoveError('invitee', 'The invitee is canceled');
  return invitee;
}

/** A user by URI, id, e-mail or the story's name for them. */
export function findUser(world: World, text: string, field = 'user'): UserRecord {
  for (const user of world.users.values()) {
    const { uri, email } = user.wire;
    if ([uri, idOf(uri), email, user.key].includes(text)) return user;
  }
  throw new MoveError(field, 'There is no such user');
}

/** An event type by URI, id or slug; left out: the first one that can be booked. */
export function findEventType(world: World, text: string | undefined): EventTypeRecord {
  for (const type of world.eventTypes.values()) {
    const { uri, slug, active } = type.wire;
    if (text === undefined ? active : [uri, idOf(uri), slug].includes(text)) return type;
  }
  throw new MoveError('eventType', 'There is no such event type');
}

/** A webhook subscription by URI, id or callback URL. */
export function findSubscription(world: World, text: string): SubscriptionRecord {
  for (const record of liveSubscriptions(world)) {
    const { uri, callback_url: url } = record.wire;
    if ([uri, idOf(uri), url].includes(text)) return record;
  }
  throw new MoveError('subscription', 'There is no such subscription');
}
