/** How the world's resources look in an answer: counters counted, due pushes done, copies given away. */
import { spell } from './moment.ts';
import type {
  EventRecord,
  EventWire,
  InviteeWire,
  JsonObject,
  MembershipRecord,
} from './records.ts';
import type { World } from './state.ts';

/** All events that show, by start time, then URI; the list is shared: read it only. */
export function listEvents(world: World): readonly EventRecord[] {
  world.sorted ??= [...world.events.values()]
    .filter((event) => !event.hidden)
    .toSorted(
      (a, b) => compare(a.wire.start_time, b.wire.start_time) || compare(a.wire.uri, b.wire.uri),
    );
  return world.sorted;
}

/** Code unit order, the same on every machine. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One event as Calendly would give it. */
export function showEvent(world: World, record: EventRecord): EventWire {
  const invitees = world.inviteesOf.get(record.wire.uri) ?? [];
  return {
    ...record.wire,
    invitees_counter: {
      total: invitees.length,
      active: invitees.filter((invitee) => invitee.status === 'active').length,
      limit: record.limit,
    },
  };
}

/** One membership as Calendly would give it: with its user, who lacks `current_organization` there. */
export function showMembership(world: World, membership: MembershipRecord): JsonObject {
  const user = world.users.get(membership.user);
  if (user === undefined) throw new Error('A membership without its user');
  const { current_organization: _, resource_type: __, ...shown } = user.wire;
  return { ...membership, user: shown };
}

export interface TrueEvent {
  event: EventWire;
  invitees: InviteeWire[];
}

/** Everything there is, by start time, as the API would give it at this moment. */
export function showTruth(world: World): TrueEvent[] {
  settle(world);
  return structuredClone(
    listEvents(world).map((record) => ({
      event: showEvent(world, record),
      invitees: world.inviteesOf.get(record.wire.uri) ?? [],
    })),
  );
}

/** Does the calendar pushes that are due by now; called before each answer, so no timer is needed. */
export function settle(world: World): void {
  if (world.pushes.length === 0) return;
  const now = world.clock.now() * 1000;
  const due = world.pushes.filter((push) => push.at <= now);
  if (due.length === 0) return;
  world.pushes = world.pushes.filter((push) => push.at > now);
  for (const push of due) {
    const record = world.events.get(push.event);
    if (record === undefined || record.wire.status === 'canceled') continue;
    const { wire } = record;
    wire.location = push.location;
    const at = spell(push.at);
    if (compare(at, wire.updated_at) > 0) wire.updated_at = at;
  }
  world.changed();
}
