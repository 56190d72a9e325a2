/** The demo's odd places: every location type, none at all, one nobody has heard of, an id of the first years. */
import { oldId } from '../accounts.ts';
import { addEvent, addInvitee } from '../bookings.ts';
import { makeLocation } from '../locations.ts';
import { stampAt } from '../stamp.ts';
import { PEOPLE } from './demo-people.ts';
import type { PersonKey } from './demo-people.ts';
import { bookedMs, workday } from './plan.ts';
import type { Plan } from './plan.ts';
import type { Practice } from './practice.ts';

const PLACES: readonly (readonly [day: number, kind: string, person: PersonKey])[] = [
  [-240, 'none', 'isla'],
  [-52, 'gotomeeting', 'wendy'],
  [-40, 'inbound_call', 'leo'],
  [-30, 'ask_invitee', 'samuel'],
  [-16, 'webex_conference', 'chloe'],
  [-10, 'custom', 'grace'],
  [13, 'hologram_room', 'maya'],
];

/** One meeting per place. */
export function tellPlaceStories({ world, nowMs }: Plan, practice: Practice): void {
  for (const [day, kind, key] of PLACES) {
    const startMs = workday(nowMs, day, '16:30');
    const at = stampAt(world, bookedMs(nowMs, startMs, 7));
    const id = oldId(world);
    const event = addEvent(world, {
      type: practice.types.single,
      startMs,
      createdAt: at,
      location: makeLocation(kind, id),
      ...(kind === 'none' ? { id, name: null } : {}),
    });
    addInvitee(world, event, { ...PEOPLE[key], at });
  }
}
