/** What deliveries bring at once, and how few requests prove it afterwards. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FEED_CHANNEL } from '../../src/store/feed.ts';
import { startWebhookWorld, type WebhookWorld } from '../harness/webhook-world.ts';
import { column, meetingOf } from './bookings.ts';

/** All of them with `ORDERS=full`; a fifth shows the same. */
const PEOPLE = process.env['ORDERS'] === 'full' ? 500 : 150;
const ADA = { name: 'Ada Visitor', email: 'ada@visitor.example' };

let world: WebhookWorld;
let crowd = '';

beforeAll(async () => {
  world = await startWebhookWorld();
  const { moves } = world.simulator;
  const { eventType } = moves.createEventType({ name: 'Lecture', limit: PEOPLE });
  const first = moves.book({
    eventType,
    invitee: { name: 'Guest 0', email: 'guest.0@visitor.example' },
  });
  crowd = first.event;
  for (let number = 1; number < PEOPLE; number += 1) {
    const invitee = { name: `Guest ${number}`, email: `guest.${number}@visitor.example` };
    moves.joinGroup({ event: crowd, invitee });
  }
  expect(await world.sync()).toMatchObject([{ state: 'done' }]);
});
afterAll(() => world.close());

async function locationOf(meeting: string): Promise<Record<string, unknown>> {
  return { ...Object(await column(world, meeting, 'location')) };
}

it('a booking is there before anybody is asked; its conference link follows by itself', async () => {
  const heard = new Set<() => void>();
  const stop = await world.db.listen(FEED_CHANNEL, () => {
    for (const wake of heard) wake();
  });
  const { simulator } = world;
  simulator.clearRequests();

  const { event, invitee } = simulator.moves.book({ eventType: 'introductory-call', invitee: ADA });
  await world.settled();
  expect(await column(world, event, 'status')).toBe('active');
  expect(await column(world, invitee, 'name')).toBe(ADA.name);
  expect(await column(world, invitee, 'client_id')).not.toBeNull();
  expect(await locationOf(event)).toMatchObject({ status: 'processing' });
  expect(simulator.requests).toEqual([]);

  for (;;) {
    const news = new Promise<void>((resolve) => heard.add(resolve));
    if ((await locationOf(event))['status'] === 'pushed') break;
    await news;
  }
  await stop();
  expect(await locationOf(event)).toMatchObject({ join_url: expect.stringContaining('https://') });
  expect([...simulator.counts]).toEqual([['GET /scheduled_events/{}', 1]]);
  expect(await world.drift(event)).toEqual([]);
});

it('ten deliveries about one booking cost one read', async () => {
  const { simulator } = world;
  const { event, invitee } = simulator.moves.book({ eventType: 'introductory-call', invitee: ADA });
  for (let round = 0; round < 4; round += 1) {
    simulator.world.readings.updatedAtMovesOnNoShow = true;
    simulator.moves.markNoShow({ invitee });
    simulator.moves.unmarkNoShow({ invitee });
  }
  simulator.moves.cancel({ event });
  simulator.world.readings.updatedAtMovesOnNoShow = false;
  simulator.clearRequests();
  await world.settled();
  expect(await column(world, event, 'status')).toBe('canceled');
  await world.confirmed();
  expect(await world.drift(event)).toEqual([]);
  expect(simulator.requests.length).toBeLessThanOrEqual(2);
});

it('one invitee who leaves a group leaves the meeting standing', async () => {
  const { simulator } = world;
  const [one] = simulator.world.inviteesOf.get(crowd) ?? [];
  simulator.moves.cancelInvitee({ invitee: one?.uri ?? '' });
  await world.settled();
  expect(await column(world, one?.uri ?? '', 'status')).toBe('canceled');
  expect(await column(world, meetingOf(one?.uri ?? ''), 'status')).toBe('active');
  await world.confirmed();
  expect(await column(world, crowd, 'status')).toBe('active');
  expect(await world.drift(crowd)).toEqual([]);
});

it('a crowd that comes and goes in the wrong order costs at most five reads too', async () => {
  const { simulator } = world;
  const { eventType } = simulator.moves.createEventType({ name: 'Tour', limit: 40 });
  simulator.deliveries.pause();
  let tour = '';
  for (let number = 0; number < 40; number += 1) {
    const invitee = { name: `Tourist ${number}`, email: `tourist.${number}@visitor.example` };
    if (tour === '') tour = simulator.moves.book({ eventType, invitee }).event;
    else simulator.moves.joinGroup({ event: tour, invitee });
  }
  simulator.moves.cancel({ event: tour });
  simulator.clearRequests();
  const held = simulator.deliveries.held();
  await simulator.deliveries.release([...held.keys()].toReversed());
  await world.settled();
  expect(await column(world, tour, 'status')).toBe('canceled');
  await world.confirmed();
  expect(await world.drift(tour)).toEqual([]);
  // one of them is the new event type's own
  expect(simulator.requests.length).toBeLessThanOrEqual(6);
});

it(`row 57: a meeting of ${PEOPLE} that is called off costs at most five reads`, async () => {
  const { simulator } = world;
  simulator.clearRequests();
  simulator.moves.cancel({ event: crowd });
  await world.settled();
  const { rows } = await world.db.query<{ n: number }>(
    `select count(*) as n from invitees where meeting_uri = $1 and status = 'canceled'`,
    [crowd],
  );
  expect(rows[0]?.n).toBe(PEOPLE);
  await world.confirmed();
  expect(await world.drift(crowd)).toEqual([]);
  expect(simulator.requests.length).toBeGreaterThan(0);
  expect(simulator.requests.length).toBeLessThanOrEqual(5);
}, 60_000);
