/** Deliveries that go wrong on demand: lost, doubled, late, out of order, wrongly signed, cut, held. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { eventsOf, KEY, openReceiver, subscribe } from './receiver.ts';
import type { Received } from './receiver.ts';
import { NOW, openStage, toObject } from './stage.ts';

const ANNA = { name: 'Anna Berg', email: 'anna@example.com' };

async function openHeard() {
  const stage = await openStage('demo');
  const receiver = await openReceiver();
  const { uri } = await subscribe(stage, { url: receiver.url });
  const { moves, deliveries } = stage.simulator;
  return { stage, receiver, moves, deliveries, subscription: String(uri) };
}

/** How old the signature says it is, in seconds; `forged` where the key or a digit is wrong. */
function ageOf({ headers, raw }: Received, key = KEY): number | 'forged' {
  const text = String(headers['calendly-webhook-signature']);
  const [, t = '', v1 = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(text) ?? [];
  const mac = createHmac('sha256', key).update(`${t}.`).update(raw).digest('hex');
  return mac === v1 ? NOW / 1000 - Number(t) : 'forged';
}

test('a dropped delivery never comes, and nothing seems wrong', async () => {
  const { receiver, moves, deliveries } = await openHeard();
  deliveries.behave([{ drop: true, after: 1, times: 1 }]);
  for (let index = 0; index < 3; index += 1) moves.book({ invitee: ANNA });
  await deliveries.settle({ retries: true });
  expect(receiver.received).toHaveLength(2);
  expect(deliveries.log.map(({ note }) => note).toSorted()).toEqual([
    'answered',
    'answered',
    'dropped',
  ]);
  expect(deliveries.behaviours()).toMatchObject([{ met: 3, struck: 1 }]);
});

test('a doubled delivery comes twice, byte for byte', async () => {
  const { receiver, moves, deliveries } = await openHeard();
  deliveries.behave([{ double: true, event: 'invitee.canceled' }]);
  const { event } = moves.book({ invitee: ANNA });
  moves.cancel({ event });
  await deliveries.settle();
  expect(eventsOf(receiver).toSorted()).toEqual([
    'invitee.canceled',
    'invitee.canceled',
    'invitee.created',
  ]);
  const twins = receiver.received.filter(({ json }) => json['event'] === 'invitee.canceled');
  expect(twins[0]?.raw).toEqual(twins[1]?.raw);
  expect(twins[0]?.headers).toEqual(twins[1]?.headers);
});

test('a late delivery comes when its time has passed', async () => {
  const { stage, receiver, moves, deliveries } = await openHeard();
  deliveries.behave([{ delayMs: 90_000, times: 1 }]);
  const { event } = moves.book({ invitee: ANNA });
  moves.cancel({ event });
  stage.clock.pass(89_999);
  await receiver.arrived(1);
  expect(eventsOf(receiver)).toEqual(['invitee.canceled']);
  stage.clock.pass(1);
  await deliveries.settle();
  expect(eventsOf(receiver)).toEqual(['invitee.canceled', 'invitee.created']);
});

test('a reordered delivery is overtaken by the next one, and comes alone where there is none', async () => {
  const { receiver, moves, deliveries } = await openHeard();
  deliveries.behave([{ reorder: true, event: 'invitee.created' }]);
  const { event } = moves.book({ invitee: ANNA });
  moves.cancel({ event });
  await deliveries.settle();
  expect(eventsOf(receiver)).toEqual(['invitee.canceled', 'invitee.created']);
  const quiet = deliveries.settle();
  moves.book({ invitee: ANNA });
  await quiet;
  await deliveries.settle();
  expect(eventsOf(receiver)).toHaveLength(3);
});

test('a bad signature is one digit away, and the retry is good', async () => {
  const { stage, receiver, moves, deliveries } = await openHeard();
  deliveries.behave([{ badSignature: true, times: 1 }]);
  receiver.answer = 401;
  moves.book({ invitee: ANNA });
  await deliveries.settle();
  receiver.answer = 200;
  stage.clock.pass(10_000);
  await deliveries.settle();
  expect(receiver.received.map((one) => ageOf(one))).toEqual(['forged', 0]);
});

test('the old key is that of the subscription before on the same server, or one that never was', async () => {
  const { stage, receiver, moves, deliveries, subscription } = await openHeard();
  deliveries.behave([{ oldKey: true }]);
  moves.book({ invitee: ANNA });
  await deliveries.settle();
  expect(receiver.received.map((one) => ageOf(one))).toEqual(['forged']);
  await subscribe(stage, { url: `${receiver.url}/new`, key: 'another key' });
  moves.deleteSubscription({ subscription });
  moves.book({ invitee: ANNA });
  await deliveries.settle();
  expect(receiver.received.slice(1).map((one) => [one.path, ageOf(one)])).toEqual([['/new', 0]]);
});

test('a stale time is genuinely signed', async () => {
  const { receiver, moves, deliveries } = await openHeard();
  deliveries.behave([{ staleT: 86_400 }]);
  moves.book({ invitee: ANNA });
  await deliveries.settle();
  expect(receiver.received.map((one) => ageOf(one))).toEqual([86_400]);
});

test.each([0, 1, 100, 1_000_000])(
  'a body cut after %i bytes is announced whole, and comes whole later',
  async (cut) => {
    const { stage, receiver, moves, deliveries } = await openHeard();
    deliveries.behave([{ cut, times: 1 }]);
    moves.book({ invitee: ANNA });
    await deliveries.settle();
    await receiver.arrived(1);
    const announced = Number(receiver.received[0]?.headers['content-length']);
    expect(receiver.received[0]).toMatchObject({ isWhole: false });
    expect(receiver.received[0]?.raw).toHaveLength(Math.min(cut, announced - 1));
    expect(deliveries.log).toMatchObject([{ status: 0, note: 'cut' }]);
    stage.clock.pass(10_000);
    await deliveries.settle();
    expect(receiver.received.map(({ isWhole }) => isWhole)).toEqual([false, true]);
  },
);

test('a crowd of cut deliveries does not hold up the good ones', async () => {
  const { receiver, moves, deliveries } = await openHeard();
  deliveries.behave([{ cut: 20, event: 'invitee.created' }]);
  const booked = Array.from({ length: 60 }, () => moves.book({ invitee: ANNA }));
  for (const { event } of booked) moves.cancel({ event });
  await deliveries.settle();
  expect(receiver.received.filter(({ isWhole }) => isWhole)).toHaveLength(60);
});

test('one delivery can go wrong in several ways, for one subscription alone', async () => {
  const { stage, receiver, moves, deliveries, subscription } = await openHeard();
  await subscribe(stage, { url: `${receiver.url}/good` });
  deliveries.behave([{ double: true, staleT: 60, badSignature: true, subscription }]);
  moves.book({ invitee: ANNA });
  await deliveries.settle();
  expect(receiver.received.map((one) => [one.path, ageOf(one)]).toSorted()).toEqual([
    ['/', 'forged'],
    ['/', 'forged'],
    ['/good', 0],
  ]);
});

test('held deliveries go in any order, some twice and some never', async () => {
  const { receiver, moves, deliveries } = await openHeard();
  deliveries.pause();
  const first = moves.book({ invitee: ANNA });
  const second = moves.reschedule({ invitee: first.invitee });
  moves.cancel({ event: second.event });
  await deliveries.settle();
  expect(receiver.received).toEqual([]);
  expect(deliveries.held()).toEqual([
    { event: 'invitee.created', uri: first.invitee },
    { event: 'invitee.canceled', uri: first.invitee },
    { event: 'invitee.created', uri: second.invitee },
    { event: 'invitee.canceled', uri: second.invitee },
  ]);
  expect(() => deliveries.release([0, 4])).toThrow('Nothing is held at 4');
  await deliveries.release([3, 0, 3, 1]);
  const uris = receiver.received.map(({ json }) => toObject(json['payload'])['uri']);
  expect(uris).toEqual([second.invitee, first.invitee, second.invitee, first.invitee]);
  expect(deliveries.held()).toEqual([]);
  moves.book({ invitee: ANNA });
  await deliveries.settle();
  expect(receiver.received).toHaveLength(5);
});

test('everything held is released in the order in which it happened', async () => {
  const { receiver, moves, deliveries } = await openHeard();
  deliveries.pause();
  for (let index = 0; index < 3; index += 1) {
    const { event } = moves.book({ invitee: ANNA });
    moves.cancel({ event });
  }
  const wanted = deliveries.held().map(({ event }) => event);
  await deliveries.release();
  expect(eventsOf(receiver)).toEqual(wanted);
});

test('the control API spoils, holds, releases and shows deliveries', async () => {
  const { stage, receiver, moves, deliveries } = await openHeard();
  const control = (path: string, body?: object) =>
    stage.ask(`/_control/deliveries${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { body: JSON.parse(JSON.stringify(body)) }),
    });
  const wrong = await control('/behave', [{ delayMs: -1 }]);
  expect(wrong.status).toBe(400);
  expect((await control('/behave', { lose: true })).status).toBe(400);
  expect((await control('/behave', { drop: true, times: 1 })).json['behaviours']).toMatchObject([
    { behaviour: { drop: true, times: 1 }, met: 0, struck: 0 },
  ]);
  await control('/pause', {});
  for (let index = 0; index < 3; index += 1) moves.book({ invitee: ANNA });
  expect((await control('')).json).toMatchObject({ held: [{}, {}, {}], waiting: 0 });
  expect((await control('/release', { order: [0, 3] })).status).toBe(400);
  receiver.answer = 500;
  expect((await control('/release', { order: [0, 1] })).status).toBe(200);
  await deliveries.settle();
  expect((await control('')).json).toMatchObject({
    subscriptions: [{ callback_url: receiver.url, state: 'active' }],
    held: [],
    waiting: 1,
    log: [
      { note: 'dropped', attempt: 1 },
      { note: 'answered', status: 500, event: 'invitee.created' },
    ],
  });
  receiver.answer = 200;
  await control('/retry', {});
  await deliveries.settle();
  expect((await stage.ask('/_control')).json['counts']).toMatchObject({
    subscriptions: 1,
    deliveries: 3,
  });
});
