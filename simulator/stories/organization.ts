/** `organization`: 25 people under one roof, 4,000 meetings (or `organization:N`) of theirs, two years behind and six weeks ahead. */
import { addEventType, addOrganization, addUser } from '../accounts.ts';
import { addEvent, addInvitee, endEvent } from '../bookings.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../moment.ts';
import { stampAt } from '../stamp.ts';
import { bookedMs } from './plan.ts';
import type { Plan } from './plan.ts';

export const PEOPLE = 25;
const [FIRST_DAY, LAST_DAY] = [-700, 40];
const QUARTER_MS = 15 * MINUTE_MS;

/** Its owner is `host`, the others are `member-2` … `member-25`; each has an own event type. */
export function tellOrganization(plan: Plan): void {
  const { world, nowMs, dice } = plan;
  const atMs = nowMs - 800 * DAY_MS;
  const organization = addOrganization(world, { name: 'Twenty-Five Partners', atMs }).uri;
  const types = Array.from({ length: PEOPLE }, (_, index) => {
    const number = index + 1;
    const host = addUser(world, {
      key: number === 1 ? 'host' : `member-${number}`,
      name: `Partner ${number}`,
      email: `partner.${number}@twentyfive.example`,
      timezone: 'Europe/Vienna',
      organization,
      role: number === 1 ? 'owner' : 'user',
      atMs,
    });
    return addEventType(world, {
      name: `Talk with partner ${number}`,
      slug: 'talk',
      minutes: 30,
      organization,
      hosts: [host.wire.uri],
      locations: [{ kind: 'google_conference' }],
      atMs,
    });
  });
  const size = plan.size ?? 4000;
  for (let index = 0; index < size; index += 1) {
    const day = FIRST_DAY + ((LAST_DAY - FIRST_DAY) * index) / size;
    const aboutMs = nowMs + day * DAY_MS + dice.whole(0, 20) * HOUR_MS;
    const startMs = Math.floor(aboutMs / QUARTER_MS) * QUARTER_MS;
    const createdMs = bookedMs(nowMs, startMs, dice.whole(1, 30));
    const event = addEvent(world, {
      type: dice.pick(types),
      startMs,
      createdAt: stampAt(world, createdMs),
    });
    const person = dice.whole(1, Math.ceil(size / 3));
    const name = `Person ${person}`;
    const email = `person.${person}@clients.example`;
    addInvitee(world, event, { name, email, at: stampAt(world, createdMs) });
    if (!dice.chance(0.2)) continue;
    endEvent(world, event, {
      canceled_by: name,
      reason: null,
      canceler_type: 'invitee',
      created_at: stampAt(world, createdMs + QUARTER_MS),
    });
  }
}
