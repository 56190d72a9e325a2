/** The simulated truth in memory: resources by URI, what is due, and who wants to hear of changes. */
import type { Clock } from './clock.ts';
import type { Readings } from './readings.ts';
import type {
  EventRecord,
  EventTypeRecord,
  InviteeWire,
  JsonObject,
  MembershipRecord,
  OrganizationWire,
  TokenRecord,
  UserRecord,
} from './records.ts';
import type { Happening, SubscriptionRecord } from './webhooks/records.ts';

/** A calendar push that is still to come: then the conference has its link and `updated_at` moves. */
export interface DuePush {
  event: string;
  /** Microseconds since 1970. */
  at: number;
  location: JsonObject | null;
}

/** The whole world as plain JSON: what a restart needs. */
export interface WorldSnapshot {
  version: 1;
  story: string;
  seed: number;
  /** The last instant written, in microseconds: instants never repeat. */
  lastStamp: number;
  /** How many ids were given out. */
  serial: number;
  readings: Readings;
  organizations: OrganizationWire[];
  users: UserRecord[];
  memberships: MembershipRecord[];
  eventTypes: EventTypeRecord[];
  events: EventRecord[];
  invitees: InviteeWire[];
  tokens: TokenRecord[];
  pushes: DuePush[];
  /** With their keys; missing in worlds saved before there were any. */
  subscriptions?: SubscriptionRecord[];
}

export interface World {
  story: string;
  seed: number;
  lastStamp: number;
  serial: number;
  clock: Clock;
  readings: Readings;
  organizations: Map<string, OrganizationWire>;
  users: Map<string, UserRecord>;
  memberships: Map<string, MembershipRecord>;
  eventTypes: Map<string, EventTypeRecord>;
  events: Map<string, EventRecord>;
  invitees: Map<string, InviteeWire>;
  /** Event URI → its invitees in the order of their booking. */
  inviteesOf: Map<string, InviteeWire[]>;
  tokens: Map<string, TokenRecord>;
  pushes: DuePush[];
  /** Webhook subscriptions by URI, deleted ones too. */
  subscriptions: Map<string, SubscriptionRecord>;
  /** All events by start time; `null` after a change, made anew when asked for. */
  sorted: EventRecord[] | null;
  /** Calls `listener` after each change; the answer ends that. */
  onChange(listener: () => void): () => void;
  /** To be called after each change of the maps above. */
  changed(): void;
  /** Calls `listener` for each thing of which webhooks tell; the answer ends that. */
  onHappening(listener: (happening: Happening) => void): () => void;
  /** To be called after a change of which webhooks tell. */
  announce(happening: Happening): void;
  toJSON(): WorldSnapshot;
}

/** A world that holds what `snapshot` holds and takes its time from `clock`. */
export function makeWorld(snapshot: WorldSnapshot, clock: Clock): World {
  const copy = structuredClone(snapshot);
  const listeners = new Set<() => void>();
  const hearers = new Set<(happening: Happening) => void>();
  const world: World = {
    story: copy.story,
    seed: copy.seed,
    lastStamp: copy.lastStamp,
    serial: copy.serial,
    clock,
    readings: copy.readings,
    organizations: new Map(copy.organizations.map((one) => [one.uri, one])),
    users: new Map(copy.users.map((one) => [one.wire.uri, one])),
    memberships: new Map(copy.memberships.map((one) => [one.uri, one])),
    eventTypes: new Map(copy.eventTypes.map((one) => [one.wire.uri, one])),
    events: new Map(copy.events.map((one) => [one.wire.uri, one])),
    invitees: new Map(copy.invitees.map((one) => [one.uri, one])),
    inviteesOf: Map.groupBy(copy.invitees, (one) => one.event),
    tokens: new Map(copy.tokens.map((one) => [one.token, one])),
    pushes: copy.pushes,
    subscriptions: new Map((copy.subscriptions ?? []).map((one) => [one.wire.uri, one])),
    sorted: null,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    changed() {
      world.sorted = null;
      for (const listener of listeners) listener();
    },
    onHappening(listener) {
      hearers.add(listener);
      return () => void hearers.delete(listener);
    },
    announce(happening) {
      for (const hear of hearers) hear(happening);
    },
    toJSON: () => takeSnapshot(world),
  };
  return world;
}

function takeSnapshot(world: World): WorldSnapshot {
  return structuredClone({
    version: 1 as const,
    story: world.story,
    seed: world.seed,
    lastStamp: world.lastStamp,
    serial: world.serial,
    readings: world.readings,
    organizations: [...world.organizations.values()],
    users: [...world.users.values()],
    memberships: [...world.memberships.values()],
    eventTypes: [...world.eventTypes.values()],
    events: [...world.events.values()],
    invitees: [...world.inviteesOf.values()].flat(),
    tokens: [...world.tokens.values()],
    pushes: world.pushes,
    subscriptions: [...world.subscriptions.values()],
  });
}
