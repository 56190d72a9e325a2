/** The demo's meetings of more than two: workshop, collective, round robin, guests, a deleted host. */
import { addEvent, addInvitee, endInvitee } from '../bookings.ts';
import { DAY_MS, HOUR_MS } from '../moment.ts';
import { idOf, stampAt } from '../stamp.ts';
import { PEOPLE } from './demo-people.ts';
import type { PersonKey } from './demo-people.ts';
import { bookedMs, workday } from './plan.ts';
import type { Plan } from './plan.ts';
import type { Practice } from './practice.ts';

const WORKSHOPS: readonly (readonly [
  day: number,
  people: readonly PersonKey[],
  gone: PersonKey,
])[] = [
  [-20, ['oliver', 'isla', 'maya', 'george', 'ruth'], 'maya'],
  [11, ['sofia', 'hannah', 'tomasz', 'daniel'], 'daniel'],
];

/** Two workshops, each with one invitee who left while the meeting stands; the other shared meetings. */
export function tellGroupStories(plan: Plan, practice: Practice): void {
  const { world, nowMs } = plan;
  for (const [day, people, gone] of WORKSHOPS) {
    const startMs = workday(nowMs, day, '17:00');
    const firstMs = bookedMs(nowMs, startMs, 14);
    const type = practice.types.workshop;
    const event = addEvent(world, { type, startMs, createdAt: stampAt(world, firstMs) });
    people.forEach((key, index) => {
      const at = stampAt(world, firstMs + index * 2 * HOUR_MS);
      const invitee = addInvitee(world, event, { ...PEOPLE[key], at });
      if (key !== gone) return;
      endInvitee(invitee, {
        canceled_by: PEOPLE[key].name,
        reason: 'I will join the next one.',
        canceler_type: 'invitee',
        created_at: stampAt(world, firstMs + 10 * HOUR_MS),
      });
    });
  }
  tellCollective(plan, practice);
  tellRoundRobin(plan, practice);
  tellDeletedHost(plan, practice);
}

function tellCollective({ world, nowMs }: Plan, practice: Practice): void {
  const startMs = workday(nowMs, 4, '14:00');
  const at = stampAt(world, bookedMs(nowMs, startMs, 6));
  const event = addEvent(world, {
    type: practice.types.couple,
    startMs,
    createdAt: at,
    guests: ['ruth@ashdown.example', 'solicitor@brightwell.example'],
    notes: 'Bring the deed of the house and both wills.',
  });
  addInvitee(world, event, { ...PEOPLE.george, at });
}

function tellRoundRobin({ world, nowMs }: Plan, practice: Practice): void {
  const days: readonly [number, 'host' | 'colleague', PersonKey][] = [
    [-8, 'host', 'chloe'],
    [6, 'host', 'arthur'],
    [7, 'colleague', 'wendy'],
  ];
  for (const [day, who, key] of days) {
    const startMs = workday(nowMs, day, '11:30');
    const at = stampAt(world, bookedMs(nowMs, startMs, 3));
    const event = addEvent(world, {
      type: practice.types.anyone,
      startMs,
      createdAt: at,
      hosts: [practice[who].wire.uri],
    });
    addInvitee(world, event, { ...PEOPLE[key], at });
  }
}

function tellDeletedHost({ world, nowMs }: Plan, practice: Practice): void {
  const startMs = workday(nowMs, -120, '10:00');
  const at = stampAt(world, startMs - 9 * DAY_MS);
  const former = practice.former.wire.uri;
  const event = addEvent(world, {
    type: practice.types.couple,
    startMs,
    createdAt: at,
    hosts: [practice.host.wire.uri, former],
  });
  addInvitee(world, event, { ...PEOPLE.ruth, at });
  for (const host of event.wire.event_memberships) {
    if (host.user !== former) continue;
    host.user_email = `${idOf(former)}@deleted.calendly.com`;
    host.user_name = 'deleted';
  }
}
