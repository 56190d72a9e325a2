/** What happens in the simulated world, and whether `updated_at` tells of it. */
import { expect, test } from 'vitest';
import type { Simulator } from '../../simulator/server.ts';
import { openStage, pathOf, resourceOf, rowsOf } from './stage.ts';

const ANNA = { name: 'Anna Berg', email: 'anna@example.com' };

function eventOf(simulator: Simulator, uri: string) {
  const found = simulator.truth().find(({ event }) => event.uri === uri);
  if (found === undefined) throw new Error('No such event');
  return found;
}

test('a booking is there at once, and its conference link a moment later', async () => {
  const { ask, clock, simulator } = await openStage('demo');
  const { event, invitee } = simulator.moves.book({
    eventType: 'annual-review',
    startTime: '2026-12-01T10:00:00Z',
    invitee: { ...ANNA, answers: { 'Has anything changed since last year?': 'No' } },
  });
  const fresh = resourceOf(await ask(pathOf(event)));
  expect(fresh).toMatchObject({
    status: 'active',
    start_time: '2026-12-01T10:00:00.000000Z',
    end_time: '2026-12-01T11:00:00.000000Z',
    location: { type: 'zoom_conference', status: 'processing', join_url: null },
    invitees_counter: { total: 1, active: 1, limit: 1 },
  });
  expect(fresh['updated_at']).toBe(fresh['created_at']);
  expect(resourceOf(await ask(pathOf(invitee)))).toMatchObject({ ...ANNA, rescheduled: false });
  clock.pass(1_400);
  const pushed = resourceOf(await ask(pathOf(event)));
  expect(pushed).toMatchObject({ location: { status: 'pushed', data: { settings: {} } } });
  expect(String(pushed['updated_at']) > String(fresh['updated_at'])).toBe(true);
});

test('without a time, bookings take one free hour after the other', async () => {
  const { simulator } = await openStage('empty');
  const starts = [1, 2, 3].map(() => {
    const { event } = simulator.moves.book({ invitee: ANNA });
    return eventOf(simulator, event).event.start_time.slice(11, 13);
  });
  expect(starts).toEqual(['11', '12', '13']);
});

test('a host’s cancellation ends event and invitees, keeps them listed, and is said by name', async () => {
  const { ask, scope, simulator } = await openStage('demo');
  const { event } = simulator.moves.book({ invitee: ANNA });
  const reply = await ask(`${pathOf(event)}/cancellation`, {
    method: 'POST',
    body: { reason: 'Ill' },
  });
  expect(resourceOf(reply)).toMatchObject({
    canceled_by: 'Amelia Hart',
    canceler_type: 'host',
    reason: 'Ill',
  });
  const { event: shown, invitees } = eventOf(simulator, event);
  expect(shown.cancellation).toEqual(resourceOf(reply));
  expect(shown.invitees_counter).toEqual({ total: 1, active: 0, limit: 1 });
  expect(invitees[0]).toMatchObject({ status: 'canceled', cancellation: { reason: 'Ill' } });
  expect(shown.updated_at > shown.created_at).toBe(true);
  const listed = await ask(`/scheduled_events?status=canceled&count=100&${scope()}`);
  expect(rowsOf(listed).some((row) => row['uri'] === event)).toBe(true);
  const again = await ask(`${pathOf(event)}/cancellation`, { method: 'POST', body: {} });
  expect([again.status, again.json['message']]).toEqual([403, 'Event is already canceled']);
});

test('an event that has begun cannot be canceled through the API', async () => {
  const { ask, clock, simulator } = await openStage('empty');
  const { event } = simulator.moves.book({ invitee: ANNA });
  clock.pass(3 * 3_600_000);
  const refused = await ask(`${pathOf(event)}/cancellation`, { method: 'POST' });
  expect([refused.status, refused.json['message']]).toEqual([403, 'Event in the past']);
  const wrong = await ask(`${pathOf(event)}/cancellation`, { method: 'POST', body: { reason: 1 } });
  expect(wrong.status).toBe(400);
});

test('a reschedule leaves a canceled event and links that lead both ways', async () => {
  const { simulator } = await openStage('demo');
  const first = simulator.moves.book({ invitee: ANNA });
  const second = simulator.moves.reschedule({ invitee: first.invitee, reason: 'Later, please' });
  const third = simulator.moves.reschedule({ invitee: second.invitee, by: 'host' });
  const chain = [first, second, third].map(({ event }) => eventOf(simulator, event));
  expect(chain.map(({ event }) => event.status)).toEqual(['canceled', 'canceled', 'active']);
  expect(chain.map(({ invitees }) => invitees[0]?.rescheduled)).toEqual([true, true, false]);
  expect(chain.map(({ invitees }) => invitees[0]?.old_invitee)).toEqual([
    null,
    first.invitee,
    second.invitee,
  ]);
  expect(chain.map(({ invitees }) => invitees[0]?.new_invitee)).toEqual([
    second.invitee,
    third.invitee,
    null,
  ]);
  expect(chain[0]?.event.cancellation).toMatchObject({
    canceled_by: 'Anna Berg',
    canceler_type: 'invitee',
  });
  expect(chain[1]?.event.cancellation).toMatchObject({
    canceled_by: 'Amelia Hart',
    canceler_type: 'host',
  });
  expect(() => simulator.moves.reschedule({ invitee: first.invitee })).toThrow('canceled');
});

test('in a group one leaves or moves while the event stands, until the last has gone', async () => {
  const { simulator } = await openStage('demo');
  const { moves } = simulator;
  const at = { eventType: 'pension-workshop', startTime: '2026-12-03T17:00:00Z' };
  const anna = moves.book({ ...at, invitee: ANNA });
  const ben = moves.book({ ...at, invitee: { name: 'Ben', email: 'ben@example.com' } });
  const before = eventOf(simulator, anna.event).event.updated_at;
  const cleo = moves.joinGroup({
    event: anna.event,
    invitee: { name: 'Cleo', email: 'cleo@example.com' },
  });
  expect(new Set([anna.event, ben.event, cleo.event]).size).toBe(1);
  moves.cancelInvitee({ invitee: ben.invitee });
  const moved = moves.reschedule({ invitee: cleo.invitee, startTime: '2026-12-10T17:00:00Z' });
  expect(moved.event).not.toBe(anna.event);
  const { event, invitees } = eventOf(simulator, anna.event);
  expect(event).toMatchObject({
    status: 'active',
    invitees_counter: { total: 3, active: 1, limit: 12 },
    updated_at: before,
  });
  expect(invitees.map(({ status }) => status)).toEqual(['active', 'canceled', 'canceled']);
  moves.cancelInvitee({ invitee: anna.invitee });
  expect(eventOf(simulator, anna.event).event.status).toBe('canceled');
});

test('a no-show is marked once, seen on the invitee, and can be taken back', async () => {
  const { ask, simulator } = await openStage('demo');
  const { invitee } = simulator.moves.book({ invitee: ANNA });
  const marked = await ask('/invitee_no_shows', { method: 'POST', body: { invitee } });
  const { uri, created_at } = resourceOf(marked);
  expect(resourceOf(await ask(pathOf(invitee)))['no_show']).toEqual({ uri, created_at });
  for (const body of [{ invitee }, {}, { invitee: 'x' }]) {
    expect((await ask('/invitee_no_shows', { method: 'POST', body })).status).toBe(400);
  }
  const deleted = await ask(pathOf(uri), { method: 'DELETE' });
  expect([deleted.status, deleted.text]).toEqual([204, '']);
  expect(resourceOf(await ask(pathOf(invitee)))['no_show']).toBeNull();
  expect((await ask(pathOf(uri))).status).toBe(404);
});

type Silent =
  | 'updatedAtMovesOnNoShow'
  | 'updatedAtMovesOnGroupJoin'
  | 'updatedAtMovesOnGuests'
  | 'updatedAtMovesOnNotes'
  | 'updatedAtMovesOnReassign'
  | 'updatedAtMovesOnErase';

const SILENT: readonly (readonly [
  Silent,
  (simulator: Simulator, event: string, invitee: string) => unknown,
])[] = [
  ['updatedAtMovesOnNoShow', ({ moves }, _, invitee) => moves.markNoShow({ invitee })],
  ['updatedAtMovesOnGroupJoin', ({ moves }, event) => moves.joinGroup({ event, invitee: ANNA })],
  [
    'updatedAtMovesOnGuests',
    ({ moves }, event) => moves.addGuest({ event, email: 'g@example.com' }),
  ],
  ['updatedAtMovesOnNotes', ({ moves }, event) => moves.editNotes({ event, text: 'Bring a pen' })],
  ['updatedAtMovesOnReassign', ({ moves }, event) => moves.reassign({ event, to: 'colleague' })],
  ['updatedAtMovesOnErase', ({ moves }) => moves.eraseInvitee({ email: ANNA.email })],
];

test.each(SILENT)('%s is a switch: silent when off, seen when on', async (reading, change) => {
  const { clock, simulator } = await openStage('demo');
  const workshop = { eventType: 'pension-workshop', invitee: ANNA };
  const first = { ...workshop, startTime: '2026-12-03T17:00:00Z' };
  const { event, invitee } = simulator.moves.book(first);
  clock.pass(5_000);
  const before = eventOf(simulator, event);
  change(simulator, event, invitee);
  const silent = eventOf(simulator, event);
  expect(silent).not.toEqual(before);
  expect(silent.event.updated_at).toBe(before.event.updated_at);
  expect(silent.invitees[0]?.updated_at).toBe(before.invitees[0]?.updated_at);
  simulator.world.readings[reading] = true;
  const second = simulator.moves.book({ ...workshop, startTime: '2026-12-10T17:00:00Z' });
  clock.pass(5_000);
  const loudBefore = eventOf(simulator, second.event).event.updated_at;
  change(simulator, second.event, second.invitee);
  expect(eventOf(simulator, second.event).event.updated_at > loudBefore).toBe(true);
});

test('an erased person leaves rows without name, answers and address', async () => {
  const { ask, simulator } = await openStage('demo');
  const { erased } = simulator.moves.eraseInvitee({ email: 'Sofia.Marin@example.org' });
  expect(erased).toBe(4);
  expect(JSON.stringify(simulator.truth())).not.toMatch(/sof[ií]a/i);
  const gone = simulator.truth().flatMap(({ invitees }) => invitees);
  const one = gone.find(({ name, rescheduled }) => name === '' && rescheduled);
  expect(one?.email).toMatch(/^[0-9a-f]{14}@deleted\.calendly\.com$/);
  expect(resourceOf(await ask(pathOf(one?.uri)))['questions_and_answers']).toEqual([]);
});

test('a removed event is 404 and unlisted until it is restored', async () => {
  const { ask, simulator } = await openStage('demo');
  const before = simulator.truth();
  const event = before[5]?.event.uri ?? '';
  simulator.moves.removeEvent({ event });
  expect((await ask(pathOf(event))).status).toBe(404);
  expect((await ask(`${pathOf(event)}/invitees`)).status).toBe(404);
  expect(simulator.truth()).toHaveLength(before.length - 1);
  simulator.moves.restoreEvent({ event });
  expect(simulator.truth()).toEqual(before);
});

test('a deleted event type is served by id alone, a deleted host stays as an address', async () => {
  const { ask, scope, simulator } = await openStage('demo');
  const { event } = simulator.moves.book({ eventType: 'estate-planning', invitee: ANNA });
  simulator.moves.deleteEventType({ eventType: 'annual-review' });
  simulator.moves.deleteUser({ user: 'colleague' });
  const listed = rowsOf(await ask(`/event_types?count=100&${scope()}`));
  expect(listed.some((row) => row['slug'] === 'annual-review')).toBe(false);
  const type = [...simulator.world.eventTypes.values()].find(
    ({ wire }) => wire.slug === 'annual-review',
  );
  expect(resourceOf(await ask(pathOf(type?.wire.uri)))).toMatchObject({ active: false });
  const { event_memberships: hosts } = eventOf(simulator, event).event;
  expect(hosts.map((host) => host.user_name)).toEqual(['Amelia Hart', 'deleted']);
  expect(hosts[1]?.user_email).toMatch(/^[0-9a-f-]{36}@deleted\.calendly\.com$/);
});
