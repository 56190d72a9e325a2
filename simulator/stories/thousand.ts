/** `thousand` and `adviser`: a thousand meetings (or `thousand:N`) of one invitee each, over −700 … +300 or +40 days. */
import { addEventType, addOrganization, addUser } from '../accounts.ts';
import { addEvent, addInvitee, endEvent } from '../bookings.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../moment.ts';
import type { EventTypeRecord } from '../records.ts';
import { stampAt } from '../stamp.ts';
import { bookedMs } from './plan.ts';
import type { Plan } from './plan.ts';

const FIRST_DAY = -700;
const CANCELED_SHARE = 0.2;

const TYPES = [
  { name: 'Consultation', minutes: 30, kind: 'google_conference' },
  { name: 'Follow-up', minutes: 15, kind: 'outbound_call' },
  { name: 'Long session', minutes: 60, kind: 'zoom_conference' },
  { name: 'Visit', minutes: 45, kind: 'physical' },
  { name: 'Old offer', minutes: 20, kind: 'google_conference', deletedMs: true },
  { name: 'Just for you', minutes: 30, kind: 'custom', adhoc: true },
];

/** As many ahead as behind, for its days: the most that a listing of what is to come may cost. */
export function tellThousand(plan: Plan): void {
  tellOver(plan, 300);
}

/** As an adviser's calendar is: two years behind, six weeks ahead. */
export function tellAdviser(plan: Plan): void {
  tellOver(plan, 40);
}

function tellOver(plan: Plan, lastDay: number): void {
  const { world, nowMs, dice } = plan;
  const atMs = nowMs - 800 * DAY_MS;
  const organization = addOrganization(world, { name: 'Busy Practice', atMs }).uri;
  const host = addUser(world, {
    key: 'host',
    name: 'Casey Winter',
    email: 'casey@busypractice.example',
    timezone: 'America/New_York',
    organization,
    role: 'owner',
    atMs,
  });
  const types = TYPES.map((type) =>
    addEventType(world, {
      name: type.name,
      slug: type.name.toLowerCase().replaceAll(' ', '-'),
      minutes: type.minutes,
      organization,
      hosts: [host.wire.uri],
      locations: [{ kind: type.kind }],
      atMs,
      adhoc: type.adhoc === true,
      ...(type.deletedMs === true ? { deletedMs: nowMs - 30 * DAY_MS } : {}),
    }),
  );
  const size = plan.size ?? 1000;
  const people = Math.max(1, Math.round(size * 0.4));
  for (let index = 0; index < size; index += 1) {
    const day = FIRST_DAY + ((lastDay - FIRST_DAY) * index) / size;
    const quarter = 15 * MINUTE_MS;
    const aboutMs = nowMs + day * DAY_MS + dice.whole(0, 20) * HOUR_MS;
    const startMs = Math.floor(aboutMs / quarter) * quarter;
    bookOne(plan, { type: dice.pick(types), startMs, person: dice.whole(1, people) });
  }
}

function bookOne(
  plan: Plan,
  { type, startMs, person }: { type: EventTypeRecord; startMs: number; person: number },
): void {
  const { world, nowMs, dice } = plan;
  const createdMs = bookedMs(nowMs, startMs, dice.whole(1, 30));
  const at = stampAt(world, createdMs);
  const name = `Person ${person}`;
  const event = addEvent(world, { type, startMs, createdAt: at });
  addInvitee(world, event, {
    name,
    email: `person.${person}@clients.example`,
    timezone: 'America/New_York',
    answers: { 'What is it about?': `Question ${dice.whole(1, 99)} of ${name}` },
    at,
  });
  if (!dice.chance(CANCELED_SHARE)) return;
  const byHost = dice.chance(0.3);
  endEvent(world, event, {
    canceled_by: byHost ? 'Casey Winter' : name,
    reason: byHost ? null : 'Cannot make it',
    canceler_type: byHost ? 'host' : 'invitee',
    created_at: stampAt(world, createdMs + 30 * MINUTE_MS),
  });
}
