/** `empty`: one user on a free plan, one event type, nothing booked. */
import { addEventType, addOrganization, addUser } from '../accounts.ts';
import { DAY_MS } from '../moment.ts';
import type { Plan } from './plan.ts';

export function tellEmpty({ world, nowMs }: Plan): void {
  const atMs = nowMs - 3 * DAY_MS;
  const organization = addOrganization(world, { name: 'Robin Vale', stage: 'free', atMs }).uri;
  const host = addUser(world, {
    key: 'host',
    name: 'Robin Vale',
    email: 'robin@vale.example',
    timezone: 'Europe/Amsterdam',
    organization,
    role: 'owner',
    tier: 'free',
    atMs,
  });
  addEventType(world, {
    name: '30 Minute Meeting',
    slug: '30min',
    minutes: 30,
    organization,
    hosts: [host.wire.uri],
    locations: [{ kind: 'google_conference' }],
    atMs,
  });
}
