/** Which changes in Calendly are told by webhook, to whom, and with which payload. */
import { expect, test } from 'vitest';
import type { JsonObject } from '../../simulator/records.ts';
import { userNamed } from '../../simulator/world.ts';
import { readPublishedContract } from './openapi.ts';
import { BOOKINGS, eventsOf, openReceiver, subscribe } from './receiver.ts';
import type { Receiver } from './receiver.ts';
import { fieldsOf, SHAPES } from './shapes.ts';
import { openStage, pathOf, resourceOf, toObject } from './stage.ts';
import type { Stage } from './stage.ts';

const published = readPublishedContract();
const ANNA = { name: 'Anna Berg', email: 'anna@example.com' };
const BEN = { name: 'Ben Cole', email: 'ben@example.com' };
const EVERYTHING = [
  ...BOOKINGS,
  'invitee_no_show.created',
  'invitee_no_show.deleted',
  'event_type.created',
  'event_type.updated',
  'event_type.deleted',
];
const WORKSHOP = { eventType: 'pension-workshop', startTime: '2026-12-03T17:00:00Z' };

async function openHeard(story: string, scope: 'organization' | 'user' = 'user') {
  const stage = await openStage(story);
  const receiver = await openReceiver();
  await subscribe(stage, { url: `${receiver.url}/hook`, events: EVERYTHING, scope });
  return { stage, receiver, moves: stage.simulator.moves };
}

/** What has arrived since the last call. */
async function arrived(stage: Stage, receiver: Receiver): Promise<JsonObject[]> {
  await stage.simulator.deliveries.settle();
  return receiver.received.splice(0).map(({ json }) => {
    if (published !== undefined) expect(published.faultsIn('WebhookPayload', json)).toEqual([]);
    expect(fieldsOf(json)).toEqual(['created_at', 'created_by', 'event', 'payload']);
    expect(json['created_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$/);
    return json;
  });
}

const payload = (json: JsonObject | undefined): JsonObject => toObject(json?.['payload']);
const eventIn = (json: JsonObject | undefined): JsonObject =>
  toObject(payload(json)['scheduled_event']);

/** The delivery with this event about this thing. */
function find(all: JsonObject[], event: string, uri: string): JsonObject {
  const found = all.filter((one) => one['event'] === event && payload(one)['uri'] === uri);
  expect(found).toHaveLength(1);
  return toObject(found[0]);
}

test('a booking is told with the invitee, the event, and what both looked like before the calendar push', async () => {
  const { stage, receiver, moves } = await openHeard('demo');
  stage.clock.pass(654);
  const { event, invitee } = moves.book({ eventType: 'annual-review', invitee: ANNA });
  stage.clock.pass(2_000);
  const [told] = await arrived(stage, receiver);
  expect(told).toMatchObject({
    event: 'invitee.created',
    created_at: '2026-11-25T09:00:00.000000Z',
    created_by: userNamed(stage.simulator.world, 'host').uri,
  });
  const { scheduled_event, ...person } = payload(told);
  expect(fieldsOf(person)).toEqual(SHAPES['invitee']);
  expect(person).toEqual(resourceOf(await stage.ask(pathOf(invitee))));
  const meeting = toObject(scheduled_event);
  expect(fieldsOf(meeting)).toEqual(SHAPES['deliveredEvent']);
  expect(meeting).toMatchObject({
    uri: event,
    status: 'active',
    location: { type: 'zoom_conference', status: 'processing', join_url: null },
    invitees_counter: { total: 1, active: 1, limit: 1 },
  });
  expect(meeting['updated_at']).toBe(meeting['created_at']);
  for (const host of meeting['event_memberships'] as JsonObject[]) {
    expect(fieldsOf(host)).toEqual(SHAPES['deliveredHost']);
  }
  expect(resourceOf(await stage.ask(pathOf(event)))).toMatchObject({
    location: { status: 'pushed' },
  });
});

test('a cancellation through the API is told with both cancellations, once for each active invitee', async () => {
  const { stage, receiver, moves } = await openHeard('demo');
  const { event, invitee: anna } = moves.book({ ...WORKSHOP, invitee: ANNA });
  const { invitee: ben } = moves.joinGroup({ event, invitee: BEN });
  const { invitee: cleo } = moves.joinGroup({ event, invitee: { ...ANNA, name: 'Cleo' } });
  moves.cancelInvitee({ invitee: ben, reason: 'Ill' });
  const first = await arrived(stage, receiver);
  expect(first).toHaveLength(4);
  const left = find(first, 'invitee.canceled', ben);
  expect(payload(left)).toMatchObject({
    status: 'canceled',
    rescheduled: false,
    cancellation: { canceled_by: 'Ben Cole', canceler_type: 'invitee', reason: 'Ill' },
  });
  expect(eventIn(left)).toMatchObject({ status: 'active', invitees_counter: { active: 2 } });
  expect(eventIn(left)).not.toHaveProperty('cancellation');
  await stage.ask(`${pathOf(event)}/cancellation`, { method: 'POST', body: { reason: 'Off' } });
  const rest = await arrived(stage, receiver);
  expect(rest).toHaveLength(2);
  for (const invitee of [anna, cleo]) {
    const told = find(rest, 'invitee.canceled', invitee);
    const cancellation = { canceled_by: 'Amelia Hart', canceler_type: 'host', reason: 'Off' };
    expect(payload(told)).toMatchObject({ status: 'canceled', cancellation });
    expect(eventIn(told)).toMatchObject({ status: 'canceled', cancellation });
    expect(payload(told)).toEqual({
      ...resourceOf(await stage.ask(pathOf(invitee))),
      scheduled_event: eventIn(told),
    });
  }
});

test('a reschedule is told twice: the old one canceled, the new one created, each with its link', async () => {
  const { stage, receiver, moves } = await openHeard('demo');
  const old = moves.book({ invitee: ANNA });
  await arrived(stage, receiver);
  const moved = moves.reschedule({ invitee: old.invitee });
  const told = await arrived(stage, receiver);
  expect(told).toHaveLength(2);
  const ended = find(told, 'invitee.canceled', old.invitee);
  expect(payload(ended)).toMatchObject({ rescheduled: true, new_invitee: moved.invitee });
  expect(eventIn(ended)).toMatchObject({ uri: old.event, status: 'canceled' });
  const begun = find(told, 'invitee.created', moved.invitee);
  expect(payload(begun)).toMatchObject({ rescheduled: false, old_invitee: old.invitee });
  expect(eventIn(begun)).toMatchObject({ uri: moved.event, status: 'active' });
});

test('a no-show is told when it is marked and when it is taken back, by whichever way', async () => {
  const { stage, receiver, moves } = await openHeard('demo');
  const { invitee } = moves.book({ invitee: ANNA });
  await arrived(stage, receiver);
  const mark = await stage.ask('/invitee_no_shows', { method: 'POST', body: { invitee } });
  const { uri, created_at } = resourceOf(mark);
  const [marked] = await arrived(stage, receiver);
  expect(marked?.['event']).toBe('invitee_no_show.created');
  expect(payload(marked)).toMatchObject({ uri: invitee, no_show: { uri, created_at } });
  moves.unmarkNoShow({ invitee });
  const [unmarked] = await arrived(stage, receiver);
  expect(unmarked?.['event']).toBe('invitee_no_show.deleted');
  expect(payload(unmarked)).toMatchObject({ uri: invitee, no_show: null });
});

test('an event type is told as it comes, changes and goes, without its formatted description', async () => {
  const { stage, receiver, moves } = await openHeard('demo');
  const { eventType } = moves.createEventType({ name: 'Inheritance talk', minutes: 50 });
  moves.renameEventType({ eventType, name: 'Inheritance' });
  moves.deleteEventType({ eventType });
  const told = await arrived(stage, receiver);
  const { description_html: _, ...shown } = resourceOf(await stage.ask(pathOf(eventType)));
  expect(payload(find(told, 'event_type.deleted', eventType))).toEqual(shown);
  expect(payload(find(told, 'event_type.updated', eventType))).toMatchObject({
    name: 'Inheritance',
    deleted_at: null,
  });
  expect(payload(find(told, 'event_type.created', eventType))).toMatchObject({
    name: 'Inheritance talk',
    duration: 50,
    active: true,
  });
  expect(() => moves.deleteEventType({ eventType })).toThrow('deleted already');
});

test('a routing form is told to the organization, whether or not somebody booked', async () => {
  const stage = await openStage('demo');
  const receiver = await openReceiver();
  const events = ['routing_form_submission.created'];
  await subscribe(stage, { url: receiver.url, events, scope: 'organization' });
  const { moves } = stage.simulator;
  const { invitee } = moves.book({ invitee: ANNA });
  const alone = moves.submitRoutingForm({ answers: { 'Your trade?': 'Baker' } });
  const booked = moves.submitRoutingForm({ invitee });
  const told = await arrived(stage, receiver);
  expect(told).toHaveLength(2);
  const first = payload(find(told, 'routing_form_submission.created', alone.submission));
  expect(fieldsOf(first)).toEqual(SHAPES['submission']);
  expect(first).toMatchObject({
    questions_and_answers: [{ question: 'Your trade?', answer: 'Baker' }],
    submitter: null,
    submitter_type: null,
  });
  const second = payload(find(told, 'routing_form_submission.created', booked.submission));
  expect(second).toMatchObject({ submitter: invitee, submitter_type: 'Invitee' });
  const read = resourceOf(await stage.ask(pathOf(invitee)));
  expect(read['routing_form_submission']).toBe(booked.submission);
});

test('what Calendly changes in silence is not told: host, title, guests, place, notes, payment, erasure, push', async () => {
  const { stage, receiver, moves } = await openHeard('demo', 'organization');
  const { event, invitee } = moves.book({ invitee: ANNA });
  await arrived(stage, receiver);
  moves.reassign({ event, to: 'colleague' });
  moves.rename({ event, name: 'Another name' });
  moves.addGuest({ event, email: 'guest@example.com' });
  moves.changeLocation({ event, location: 'zoom_conference' });
  moves.editNotes({ event, text: 'Bring papers' });
  moves.pay({ invitee });
  moves.eraseInvitee({ email: ANNA.email });
  moves.removeEvent({ event });
  moves.deleteUser({ user: 'colleague' });
  stage.clock.pass(60_000);
  await stage.ask('/users/me');
  expect(await arrived(stage, receiver)).toEqual([]);
  expect(stage.simulator.deliveries.log).toHaveLength(1);
});

test('an organization hears of all meetings, a user of their own, and each subscription once', async () => {
  const stage = await openStage('firm');
  const receiver = await openReceiver();
  await subscribe(stage, { url: `${receiver.url}/all`, scope: 'organization', as: 'admin' });
  for (const as of ['host', 'member']) {
    await subscribe(stage, { url: `${receiver.url}/${as}`, as });
  }
  await subscribe(stage, {
    url: `${receiver.url}/ends`,
    as: 'member',
    events: ['invitee.canceled'],
  });
  const { moves, deliveries, world } = stage.simulator;
  const heard = async (change: () => unknown) => {
    change();
    await deliveries.settle();
    return receiver.received
      .splice(0)
      .map(({ path }) => path)
      .toSorted();
  };
  const book = (key: string) => () =>
    moves.book({ eventType: `meet-${userNamed(world, key).slug}`, invitee: ANNA });
  expect(await heard(book('member'))).toEqual(['/all', '/member']);
  expect(await heard(book('host'))).toEqual(['/all', '/host']);
  expect(await heard(book('second-member'))).toEqual(['/all']);
  const together = () => moves.book({ eventType: 'board-talk', invitee: ANNA });
  expect(await heard(together)).toEqual(['/all', '/host']);
  world.readings.webhookReachesCoHosts = true;
  expect(await heard(together)).toEqual(['/all', '/host', '/member']);
  moves.changeRole({ user: 'admin', role: 'user' });
  moves.removeMember({ user: 'member' });
  expect(await heard(together)).toEqual(['/all', '/host']);
});

test('five hundred invitees of a canceled group are told one by one', async () => {
  const { stage, receiver, moves } = await openHeard('demo');
  const { deliveries } = stage.simulator;
  moves.createEventType({ name: 'Conference', limit: 500 });
  deliveries.behave([{ event: 'invitee.created', drop: true }]);
  const at = { eventType: 'conference', startTime: '2026-12-20T10:00:00Z' };
  const { event } = moves.book({ ...at, invitee: ANNA });
  for (let index = 1; index < 500; index += 1) moves.joinGroup({ event, invitee: BEN });
  await arrived(stage, receiver);
  moves.cancel({ event });
  await deliveries.settle();
  expect(eventsOf(receiver)).toEqual(Array.from({ length: 500 }, () => 'invitee.canceled'));
  expect(new Set(receiver.received.map(({ json }) => payload(json)['uri'])).size).toBe(500);
});
