/** `demo`: about forty meetings of an adviser's practice around now, every special case among them. */
import { addEvent, addInvitee, endEvent } from '../bookings.ts';
import { DAY_MS, HOUR_MS } from '../moment.ts';
import { stampAt } from '../stamp.ts';
import { PEOPLE } from './demo-people.ts';
import type { Person, PersonKey } from './demo-people.ts';
import { tellGroupStories } from './demo-groups.ts';
import { tellPlaceStories } from './demo-places.ts';
import { tellPersonStories } from './demo-persons.ts';
import { bookedMs, workday } from './plan.ts';
import type { Plan } from './plan.ts';
import { foundPractice } from './practice.ts';
import type { PracticeType } from './practice.ts';

type Row = readonly [day: number, time: string, type: PracticeType, person: PersonKey, end?: End];
type End = 'host' | 'invitee';

const ORDINARY: readonly Row[] = [
  [-210, '09:30', 'intro', 'oliver'],
  [-180, '14:00', 'review', 'henry'],
  [-92, '10:00', 'visit', 'grace'],
  [-75, '11:30', 'retired', 'isla'],
  [-61, '15:00', 'retired', 'oliver'],
  [-44, '09:00', 'intro', 'tomasz'],
  [-33, '13:30', 'review', 'grace', 'invitee'],
  [-26, '16:00', 'call', 'daniel'],
  [-19, '10:30', 'intro', 'hannah'],
  [-12, '09:00', 'intro', 'leo', 'host'],
  [-9, '14:30', 'review', 'oliver'],
  [-6, '11:00', 'call', 'maya'],
  [-5, '09:30', 'visit', 'henry'],
  [-2, '15:30', 'intro', 'samuel'],
  [-1, '10:00', 'review', 'isla'],
  [0, '12:00', 'call', 'hannah'],
  [1, '09:00', 'intro', 'wendy'],
  [2, '13:00', 'review', 'tomasz'],
  [3, '10:30', 'call', 'chloe'],
  [5, '16:00', 'intro', 'maya', 'invitee'],
  [8, '11:00', 'review', 'daniel'],
  [15, '09:30', 'visit', 'leo'],
  [29, '14:00', 'review', 'samuel'],
  [64, '10:00', 'review', 'hannah'],
];

/** One organization, one connected user (`host`), a colleague, and the named stories. */
export function tellDemo(plan: Plan): void {
  const { world, nowMs } = plan;
  const practice = foundPractice(plan);
  for (const [day, time, type, key, end] of ORDINARY) {
    const person: Person = PEOPLE[key];
    const startMs = workday(nowMs, day, time);
    const atMs = bookedMs(nowMs, startMs, 4 + (Math.abs(day) % 9));
    const at = stampAt(world, atMs);
    const event = addEvent(world, { type: practice.types[type], startMs, createdAt: at });
    addInvitee(world, event, { ...person, at });
    if (end === undefined) continue;
    endEvent(world, event, {
      canceled_by: end === 'host' ? practice.host.wire.name : person.name,
      reason: end === 'host' ? '' : 'Something came up at work, sorry!',
      canceler_type: end,
      created_at: stampAt(world, Math.min(startMs - DAY_MS, atMs + 3 * HOUR_MS)),
    });
  }
  tellGroupStories(plan, practice);
  tellPersonStories(plan, practice);
  tellPlaceStories(plan, practice);
  practice.former.deleted = true;
  for (const token of world.tokens.values()) {
    if (token.user === practice.former.wire.uri) token.revoked = true;
  }
  const gone = [...world.memberships.values()].find(
    (membership) => membership.user === practice.former.wire.uri,
  );
  if (gone !== undefined) world.memberships.delete(gone.uri);
}
