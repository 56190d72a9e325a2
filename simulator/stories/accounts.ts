/** `accounts`: 194 people (or `accounts:N`) who have nothing to do with each other, every third on a free plan, four meetings each. */
import { addEventType, addOrganization, addUser } from '../accounts.ts';
import { addEvent, addInvitee } from '../bookings.ts';
import { DAY_MS } from '../moment.ts';
import { stampAt } from '../stamp.ts';
import { bookedMs, workday } from './plan.ts';
import type { Plan } from './plan.ts';

const DAYS = [-40, -3, 2, 12];

/** The first is `host`, the others are `account-2` and so on. */
export function tellAccounts(plan: Plan): void {
  const { world, nowMs } = plan;
  const atMs = nowMs - 100 * DAY_MS;
  for (let number = 1; number <= (plan.size ?? 194); number += 1) {
    const stage = number % 3 === 0 ? 'free' : 'paid';
    const organization = addOrganization(world, { name: `Practice ${number}`, stage, atMs }).uri;
    const host = addUser(world, {
      key: number === 1 ? 'host' : `account-${number}`,
      name: `Adviser ${number}`,
      email: `adviser.${number}@practices.example`,
      timezone: 'Europe/Lisbon',
      organization,
      role: 'owner',
      tier: stage,
      atMs,
    });
    const type = addEventType(world, {
      name: 'Talk',
      slug: 'talk',
      minutes: 30,
      organization,
      hosts: [host.wire.uri],
      locations: [{ kind: 'google_conference' }],
      atMs,
    });
    for (const day of DAYS) {
      const startMs = workday(nowMs, day, '09:00');
      const at = stampAt(world, bookedMs(nowMs, startMs, 1));
      const event = addEvent(world, { type, startMs, createdAt: at });
      const email = `client.${number}@clients.example`;
      addInvitee(world, event, { name: `Client ${number}`, email, at });
    }
  }
}
