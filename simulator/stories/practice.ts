/** The adviser's practice in which the demo plays: one organization, its people, what can be booked. */
import { addEventType, addOrganization, addUser } from '../accounts.ts';
import { DAY_MS } from '../moment.ts';
import type { EventTypeRecord, UserRecord } from '../records.ts';
import type { Plan } from './plan.ts';

export interface Practice {
  host: UserRecord;
  colleague: UserRecord;
  /** An account that was deleted since; its meetings stayed. */
  former: UserRecord;
  types: Record<PracticeType, EventTypeRecord>;
}

export type PracticeType =
  | 'intro'
  | 'review'
  | 'mortgage'
  | 'visit'
  | 'call'
  | 'workshop'
  | 'couple'
  | 'anyone'
  | 'retired'
  | 'single';

/** Founds the practice three years before the story's present. */
export function foundPractice({ world, nowMs }: Plan): Practice {
  const atMs = nowMs - 1_100 * DAY_MS;
  const organization = addOrganization(world, { name: 'Hart & Lowe Planning', atMs }).uri;
  const shared = { organization, timezone: 'Europe/London' };
  const host = addUser(world, {
    ...shared,
    key: 'host',
    name: 'Amelia Hart',
    email: 'amelia.hart@hartlowe.example',
    role: 'owner',
    atMs,
  });
  const colleague = addUser(world, {
    ...shared,
    key: 'colleague',
    name: 'Jonas Lowe',
    email: 'jonas.lowe@hartlowe.example',
    role: 'user',
    atMs: atMs + 30 * DAY_MS,
  });
  const former = addUser(world, {
    ...shared,
    key: 'former',
    name: 'Priya Nair',
    email: 'priya.nair@hartlowe.example',
    role: 'user',
    atMs: atMs + 60 * DAY_MS,
  });
  const both = [host.wire.uri, colleague.wire.uri];
  const own = { organization, hosts: [host.wire.uri], atMs: atMs + 5 * DAY_MS };
  return {
    host,
    colleague,
    former,
    types: {
      intro: addEventType(world, {
        ...own,
        name: 'Introductory call',
        slug: 'introductory-call',
        minutes: 30,
        locations: [{ kind: 'google_conference' }],
        questions: [{ name: 'What would you like to talk about?' }],
      }),
      review: addEventType(world, {
        ...own,
        name: 'Annual review',
        slug: 'annual-review',
        minutes: 60,
        locations: [{ kind: 'zoom_conference' }],
        questions: [
          { name: 'Has anything changed since last year?' },
          { name: 'Your phone number', type: 'phone_number', required: true },
        ],
      }),
      mortgage: addEventType(world, {
        ...own,
        name: 'Mortgage consultation',
        slug: 'mortgage',
        minutes: 45,
        locations: [{ kind: 'microsoft_teams_conference' }],
        isPaid: true,
      }),
      visit: addEventType(world, {
        ...own,
        name: 'Meeting at our office',
        slug: 'office',
        minutes: 60,
        locations: [{ kind: 'physical', location: '12 Orchard Lane, Bath BA1 2AB' }],
      }),
      call: addEventType(world, {
        ...own,
        name: 'Telephone catch-up',
        slug: 'catch-up',
        minutes: 15,
        locations: [{ kind: 'outbound_call' }],
      }),
      workshop: addEventType(world, {
        ...own,
        name: 'Pension workshop',
        slug: 'pension-workshop',
        minutes: 90,
        limit: 12,
        locations: [{ kind: 'zoom_conference' }],
      }),
      couple: addEventType(world, {
        ...own,
        hosts: both,
        name: 'Estate planning with both partners',
        slug: 'estate-planning',
        minutes: 75,
        pooling: 'collective',
        locations: [{ kind: 'google_conference' }],
      }),
      anyone: addEventType(world, {
        ...own,
        hosts: both,
        name: 'First available adviser',
        slug: 'first-available',
        minutes: 30,
        pooling: 'round_robin',
        locations: [{ kind: 'google_conference' }],
      }),
      retired: addEventType(world, {
        ...own,
        name: 'Portfolio check-in',
        slug: 'portfolio-check-in',
        minutes: 20,
        locations: [{ kind: 'google_conference' }],
        deletedMs: nowMs - 45 * DAY_MS,
      }),
      single: addEventType(world, {
        ...own,
        name: 'Signing of the papers',
        slug: 'signing',
        minutes: 30,
        adhoc: true,
        locations: [{ kind: 'custom', location: 'To be agreed' }],
      }),
    },
  };
}
