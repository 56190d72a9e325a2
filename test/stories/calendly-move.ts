/** One thing that happens in Calendly, picked by the dice from what can happen to what is there. */
import type { Dice } from '../../simulator/dice.ts';
import { MoveError } from '../../simulator/moves/find.ts';
import type { EventRecord, InviteeWire } from '../../simulator/records.ts';
import type { Simulator } from '../../simulator/server.ts';
import { DAY_MS, HOUR_MS } from '../harness/virtual-time.ts';
import { timestampFromMs } from '../../src/domain/timestamp.ts';

/** Meetings that may be deleted at one time: more would be held back as too many. */
const MOST_REMOVED = 5;
const PEOPLE = 12;

export interface Told {
  /** What happened, for the report. */
  about: string;
  removed?: string;
  reassigned?: string;
}

interface Scene {
  simulator: Simulator;
  dice: Dice;
  found: ReadonlySet<string>;
  /** Some event or invitee; undefined: there is none. */
  event(fits: (event: EventRecord) => boolean): EventRecord | undefined;
  invitee(fits: (invitee: InviteeWire) => boolean): InviteeWire | undefined;
}

type Happen = (scene: Scene) => Told | undefined;

const KINDS: readonly (readonly [weight: number, happen: Happen])[] = [
  [7, book],
  [6, (scene) => ofInvitee(scene, 'cancelInvitee', { isActive: true })],
  [4, (scene) => ofEvent(scene, 'cancel', { isActive: true })],
  [7, reschedule],
  [5, joinGroup],
  [5, (scene) => ofEvent(scene, 'rename', { name: `Title ${scene.dice.whole(1, 99)}` })],
  [4, (scene) => ofEvent(scene, 'addGuest', { isActive: true, email: person(scene.dice).email })],
  [4, (scene) => ofEvent(scene, 'editNotes', { text: `Note ${scene.dice.whole(1, 99)}` })],
  [4, (scene) => ofEvent(scene, 'changeLocation', { isActive: true, location: place(scene.dice) })],
  [5, (scene) => ofInvitee(scene, 'markNoShow', { isNoShow: false })],
  [3, (scene) => ofInvitee(scene, 'unmarkNoShow', { isNoShow: true })],
  [3, (scene) => ofInvitee(scene, 'pay', {})],
  [3, reassign],
  [2, remove],
  [2, restore],
  [1, erase],
  [1, eventType],
];

/** Makes one move that is possible now. `found`: meetings that are gone and known to be: they make room for others. */
export function makeMove(
  simulator: Simulator,
  dice: Dice,
  found: ReadonlySet<string> = new Set(),
): Told {
  const scene = sceneOf(simulator, dice, found);
  const sum = KINDS.reduce((total, [weight]) => total + weight, 0);
  for (;;) {
    let left = dice.whole(1, sum);
    const happen = KINDS.find(([weight]) => (left -= weight) <= 0)?.[1];
    try {
      const told = happen?.(scene);
      if (told !== undefined) return told;
    } catch (error) {
      // a full group, a host who is one already: something else happens instead
      if (!(error instanceof MoveError)) throw error;
    }
  }
}

/** Deletes a meeting, unless there are many already that are gone and not in `found`. */
export function makeRemoval(
  simulator: Simulator,
  dice: Dice,
  found: ReadonlySet<string>,
): Told | undefined {
  return remove(sceneOf(simulator, dice, found));
}

function sceneOf(simulator: Simulator, dice: Dice, found: ReadonlySet<string>): Scene {
  return {
    simulator,
    dice,
    found,
    event: (fits) => some(dice, [...simulator.world.events.values()].filter(fits)),
    invitee: (fits) => some(dice, [...simulator.world.invitees.values()].filter(fits)),
  };
}

function some<T>(dice: Dice, list: readonly T[]): T | undefined {
  return list.length === 0 ? undefined : dice.pick(list);
}

const stands = (event: EventRecord): boolean => !event.hidden;
const isActive = (event: EventRecord): boolean => stands(event) && event.wire.status === 'active';

function person(dice: Dice): { name: string; email: string } {
  const number = dice.whole(1, PEOPLE);
  return { name: `Visitor ${number}`, email: `visitor.${number}@clients.example` };
}

function place(dice: Dice): string {
  return dice.pick(['zoom_conference', 'google_conference', 'physical', 'outbound_call', 'custom']);
}

/** One of few times, so that meetings begin at the same one, and pages end between them. */
function soon({ simulator, dice }: Scene): string {
  const day = Math.floor(simulator.world.clock.now() / DAY_MS) + dice.whole(1, 25);
  return timestampFromMs(day * DAY_MS + dice.pick([9, 14]) * HOUR_MS);
}

function book(scene: Scene): Told {
  const { simulator, dice } = scene;
  const types = [...simulator.world.eventTypes.values()].filter(({ wire }) => wire.active);
  const { event } = simulator.moves.book({
    eventType: dice.pick(types).wire.uri,
    startTime: soon(scene),
    invitee: person(dice),
    ...(dice.chance(0.2) ? { guests: [person(dice).email] } : {}),
  });
  return { about: `book ${event}` };
}

function joinGroup({ simulator, dice, event }: Scene): Told | undefined {
  const group = event((one) => isActive(one) && one.limit > 1);
  if (group === undefined) return undefined;
  const { invitee } = simulator.moves.joinGroup({ event: group.wire.uri, invitee: person(dice) });
  return { about: `joinGroup ${invitee}` };
}

function reschedule(scene: Scene): Told | undefined {
  const { simulator, invitee } = scene;
  const one = invitee((who) => who.status === 'active' && isThere(simulator, who));
  if (one === undefined) return undefined;
  const to = simulator.moves.reschedule({ invitee: one.uri, startTime: soon(scene) });
  return { about: `reschedule ${one.uri} to ${to.event}` };
}

function isThere(simulator: Simulator, invitee: InviteeWire): boolean {
  return simulator.world.events.get(invitee.event)?.hidden === false;
}

type EventMove = 'cancel' | 'rename' | 'addGuest' | 'editNotes' | 'changeLocation';

function ofEvent(
  { simulator, event }: Scene,
  name: EventMove,
  { isActive: mustBeActive = false, ...args }: { isActive?: boolean; [arg: string]: unknown },
): Told | undefined {
  const one = event(mustBeActive ? isActive : stands);
  if (one === undefined) return undefined;
  const { uri } = one.wire;
  // the move itself reads its arguments
  const move = simulator.moves[name] as (args: object) => void;
  move({ event: uri, ...args });
  return { about: `${name} ${uri}` };
}

function ofInvitee(
  { simulator, invitee }: Scene,
  name: 'cancelInvitee' | 'markNoShow' | 'unmarkNoShow' | 'pay',
  fits: { isActive?: boolean; isNoShow?: boolean },
): Told | undefined {
  const one = invitee(
    (who) =>
      isThere(simulator, who) &&
      (fits.isActive !== true || who.status === 'active') &&
      (fits.isNoShow === undefined || (who.no_show !== null) === fits.isNoShow),
  );
  if (one === undefined) return undefined;
  simulator.moves[name]({ invitee: one.uri });
  return { about: `${name} ${one.uri}` };
}

function reassign({ simulator, dice, event }: Scene): Told | undefined {
  const one = event(isActive);
  const users = [...simulator.world.users.values()].filter(({ deleted }) => !deleted);
  if (one === undefined || users.length < 2) return undefined;
  const from = dice.pick(one.wire.event_memberships).user;
  const to = dice.pick(users).wire.uri;
  simulator.moves.reassign({ event: one.wire.uri, from, to });
  return { about: `reassign ${one.wire.uri} to ${to}`, reassigned: one.wire.uri };
}

function remove({ simulator, event, found }: Scene): Told | undefined {
  const removed = [...simulator.world.events.values()].filter(
    ({ hidden, wire }) => hidden && !found.has(wire.uri),
  );
  const one = removed.length < MOST_REMOVED ? event(stands) : undefined;
  if (one === undefined) return undefined;
  simulator.moves.removeEvent({ event: one.wire.uri });
  return { about: `removeEvent ${one.wire.uri}`, removed: one.wire.uri };
}

function restore({ simulator, event }: Scene): Told | undefined {
  const one = event(({ hidden }) => hidden);
  if (one === undefined) return undefined;
  simulator.moves.restoreEvent({ event: one.wire.uri });
  return { about: `restoreEvent ${one.wire.uri}` };
}

function erase({ simulator, invitee }: Scene): Told | undefined {
  const one = invitee((who) => !who.email.includes('@deleted.'));
  if (one === undefined) return undefined;
  const { erased } = simulator.moves.eraseInvitee({ email: one.email });
  return { about: `eraseInvitee ${one.uri} and ${erased - 1} more` };
}

function eventType({ simulator, dice }: Scene): Told | undefined {
  const types = [...simulator.world.eventTypes.values()].filter(
    ({ wire }) => wire.active && wire.deleted_at === null,
  );
  const type = some(dice, types);
  if (type === undefined) return undefined;
  const { uri } = type.wire;
  if (types.length > 3 && dice.chance(0.5)) {
    simulator.moves.deleteEventType({ eventType: uri });
    return { about: `deleteEventType ${uri}` };
  }
  simulator.moves.renameEventType({ eventType: uri, name: `Type ${dice.whole(1, 99)}` });
  return { about: `renameEventType ${uri}` };
}
