/** `firm`: one organization of five, with admin and members, and meetings of several of them. */
import { addEventType, addOrganization, addUser } from '../accounts.ts';
import { addEvent, addInvitee, endEvent } from '../bookings.ts';
import { DAY_MS } from '../moment.ts';
import type { EventTypeRecord, Role, UserRecord } from '../records.ts';
import { stampAt } from '../stamp.ts';
import { bookedMs, workday } from './plan.ts';
import type { Plan } from './plan.ts';

const MEMBERS: readonly (readonly [key: string, name: string, role: Role])[] = [
  ['host', 'Nadia Rahman', 'owner'],
  ['admin', 'Felix Brandt', 'admin'],
  ['member', 'Carla Reyes', 'user'],
  ['second-member', 'Yuki Tanaka', 'user'],
  ['third-member', 'Ben Adler', 'user'],
];

export function tellFirm(plan: Plan): void {
  const { world, nowMs, dice } = plan;
  const atMs = nowMs - 500 * DAY_MS;
  const organization = addOrganization(world, { name: 'Northfield Partners', atMs }).uri;
  const users = MEMBERS.map(([key, name, role], index) =>
    addUser(world, {
      key,
      name,
      email: `${name.split(' ')[0]?.toLowerCase()}@northfield.example`,
      timezone: 'Europe/Berlin',
      organization,
      role,
      atMs: atMs + index * DAY_MS,
    }),
  );
  const uris = users.map((user) => user.wire.uri);
  const shared = { organization, minutes: 45, atMs, locations: [{ kind: 'zoom_conference' }] };
  const own = users.map((user) =>
    addEventType(world, {
      ...shared,
      name: `Meet ${user.wire.name.split(' ')[0]}`,
      slug: `meet-${user.wire.slug}`,
      hosts: [user.wire.uri],
    }),
  );
  const together = addEventType(world, {
    ...shared,
    name: 'Board talk',
    slug: 'board-talk',
    hosts: uris.slice(0, 3),
    pooling: 'collective',
  });
  const anyone = addEventType(world, {
    ...shared,
    name: 'Next free partner',
    slug: 'next-free',
    hosts: uris,
    pooling: 'round_robin',
  });
  const seminar = addEventType(world, {
    ...shared,
    name: 'Seminar',
    slug: 'seminar',
    hosts: uris.slice(1, 2),
    limit: 8,
  });
  for (let index = 0; index < (plan.size ?? 60); index += 1) {
    const day = -40 + index * 1.5;
    const startMs = workday(
      nowMs,
      Math.floor(day),
      `${String(8 + (index % 9)).padStart(2, '0')}:00`,
    );
    const type = index % 10 === 0 ? together : index % 7 === 0 ? anyone : dice.pick(own);
    bookOne(plan, { type, users, startMs, people: 1 });
  }
  bookOne(plan, { type: seminar, users, startMs: workday(nowMs, -11, '16:00'), people: 6 });
  bookOne(plan, { type: seminar, users, startMs: workday(nowMs, 17, '16:00'), people: 4 });
}

interface Booking {
  type: EventTypeRecord;
  users: UserRecord[];
  startMs: number;
  people: number;
}

function bookOne({ world, nowMs, dice }: Plan, { type, startMs, people }: Booking): void {
  const atMs = bookedMs(nowMs, startMs, dice.whole(1, 12));
  const collective = type.wire['pooling_type'] === 'collective';
  const event = addEvent(world, {
    type,
    startMs,
    createdAt: stampAt(world, atMs),
    hosts: collective ? type.hosts : [dice.pick(type.hosts)],
  });
  const first = dice.whole(1, 30);
  for (let index = 0; index < people; index += 1) {
    addInvitee(world, event, {
      name: `Client ${first + index}`,
      email: `client.${first + index}@companies.example`,
      at: stampAt(world, atMs + index),
    });
  }
  if (people > 1 || !dice.chance(0.15)) return;
  endEvent(world, event, {
    canceled_by: `Client ${first}`,
    reason: null,
    canceler_type: 'invitee',
    created_at: stampAt(world, atMs + 1_800_000),
  });
}
