/** The demo's stories about one person: moved three times, did not come, paid, was erased, typed oddly. */
import { addEvent, addInvitee, endEvent } from '../bookings.ts';
import type { NewInvitee } from '../bookings.ts';
import { DAY_MS, HOUR_MS } from '../moment.ts';
import type { EventTypeRecord, InviteeWire } from '../records.ts';
import { newUri, stampAt } from '../stamp.ts';
import { PEOPLE } from './demo-people.ts';
import type { Person } from './demo-people.ts';
import { bookedMs, workday } from './plan.ts';
import type { Plan } from './plan.ts';
import type { Practice } from './practice.ts';

/** Tells all of them. */
export function tellPersonStories(plan: Plan, practice: Practice): void {
  tellChain(plan, practice.types.review);
  const { world, nowMs } = plan;
  const missed = bookOne(plan, practice.types.intro, -3, '13:30', PEOPLE.arthur);
  missed.no_show = {
    uri: newUri(world, 'invitee_no_shows'),
    created_at: stampAt(world, workday(nowMs, -3, '14:15')),
  };
  const payer = bookOne(plan, practice.types.mortgage, -14, '09:00', PEOPLE.rohan, {
    answers: { 'Price of the house': '£420,000', 'Own money': 'About 15 %\nmaybe more in May' },
    tracking: { utm_source: 'newsletter', utm_campaign: 'spring-rates' },
  });
  payer.payment = {
    external_id: 'ch_3DemoDemoDemoDemo0001',
    provider: 'stripe',
    amount: 149.5,
    currency: 'GBP',
    terms: 'Refundable until 24 hours before the meeting.',
    successful: true,
  };
  payer.reconfirmation = {
    created_at: stampAt(world, workday(nowMs, -16, '09:00')),
    confirmed_at: stampAt(world, workday(nowMs, -15, '18:20')),
  };
  const erased = bookOne(plan, practice.types.intro, -150, '16:00', PEOPLE.henry);
  Object.assign(erased, { email: '1e99adf8a31ad9@deleted.calendly.com', name: '' });
  bookOne(plan, practice.types.intro, 2, '08:00', PEOPLE.mei, {
    answers: { 'What would you like to talk about?': '退休金，還有孩子的教育基金 🎓' },
  });
  bookOne(plan, practice.types.intro, 9, '12:00', PEOPLE.noor, {
    answers: { 'What would you like to talk about?': 'أريد التخطيط للتقاعد — من فضلك' },
  });
  bookOne(plan, practice.types.call, -4, '15:00', PEOPLE.ellie, {
    answers: { 'Anything else?': '<b>Bold</b> question: 1 < 2 & "quotes"? 👩‍👩‍👧' },
  });
}

function bookOne(
  plan: Plan,
  type: EventTypeRecord,
  ...[day, time, person, extra]: [number, string, Person, Partial<NewInvitee>?]
): InviteeWire {
  const { world, nowMs } = plan;
  const startMs = workday(nowMs, day, time);
  const at = stampAt(world, bookedMs(nowMs, startMs, 5));
  const event = addEvent(world, { type, startMs, createdAt: at });
  return addInvitee(world, event, { ...person, ...extra, at });
}

/** A review moved twice: three events, each old invitee pointing to the next. */
function tellChain({ world, nowMs }: Plan, type: EventTypeRecord): void {
  const days = [-7, 1, 10];
  const firstMs = bookedMs(nowMs, workday(nowMs, -7, '10:00'), 12);
  const moves = days.map((day, index) => ({
    startMs: workday(nowMs, day, '10:00'),
    atMs: index === 2 ? nowMs - 20 * HOUR_MS : firstMs + index * DAY_MS,
  }));
  let old: InviteeWire | undefined;
  for (const { startMs, atMs } of moves) {
    const at = stampAt(world, atMs);
    const event = addEvent(world, { type, startMs, createdAt: at });
    const invitee = addInvitee(world, event, {
      ...PEOPLE.sofia,
      at,
      answers: { 'Has anything changed since last year?': 'We had a baby!' },
      ...(old === undefined ? {} : { oldInvitee: old.uri }),
    });
    const before = old === undefined ? undefined : world.events.get(old.event);
    if (old !== undefined && before !== undefined) {
      endEvent(world, before, {
        canceled_by: PEOPLE.sofia.name,
        reason: 'The time no longer works.',
        canceler_type: 'invitee',
        created_at: at,
      });
      Object.assign(old, { rescheduled: true, new_invitee: invitee.uri });
    }
    old = invitee;
  }
}
