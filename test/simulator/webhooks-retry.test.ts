/** How deliveries are signed and sent, tried again for a day, and given up with their subscription. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { wallClock } from '../../simulator/clock.ts';
import { signatureOf } from '../../simulator/webhooks/signature.ts';
import { eventsOf, KEY, openReceiver, subscribe } from './receiver.ts';
import type { Received, Receiver } from './receiver.ts';
import { NOW, openStage, pathOf, resourceOf } from './stage.ts';
import type { Stage } from './stage.ts';

const ANNA = { name: 'Anna Berg', email: 'anna@example.com' };
const HOUR = 3_600_000;

function signatureIn({ headers }: Received): { t: number; v1: string } {
  const text = String(headers['calendly-webhook-signature']);
  const match = /^t=(\d{10}),v1=([0-9a-f]{64})$/.exec(text);
  expect(match, text).not.toBeNull();
  return { t: Number(match?.[1]), v1: match?.[2] ?? '' };
}

function isGenuine(received: Received, key = KEY): boolean {
  const { t, v1 } = signatureIn(received);
  const signed = Buffer.concat([Buffer.from(`${t}.`), received.raw]);
  return createHmac('sha256', key).update(signed).digest('hex') === v1;
}

async function openSubscribed(url = ''): Promise<{
  stage: Stage;
  receiver: Receiver;
  state(): Promise<unknown>;
  retrying(): Promise<unknown>;
  /** Lets the time pass from try to try until nothing waits, or `ms` are over. */
  live(ms: number): Promise<void>;
}> {
  const stage = await openStage('demo');
  const receiver = await openReceiver();
  const { uri } = await subscribe(stage, { url: url === '' ? receiver.url : url });
  const { deliveries } = stage.simulator;
  const read = async () => resourceOf(await stage.ask(pathOf(uri)));
  return {
    stage,
    receiver,
    state: async () => (await read())['state'],
    retrying: async () => (await read())['retry_started_at'],
    async live(ms) {
      const end = stage.clock.now() + ms;
      await deliveries.settle();
      for (let next = stage.clock.toNext(); next !== undefined; next = stage.clock.toNext()) {
        if (stage.clock.now() + next > end) break;
        stage.clock.pass(next);
        await deliveries.settle();
      }
      stage.clock.pass(end - stage.clock.now());
    },
  };
}

test('the signature is the one that anybody can compute', () => {
  // printf '1764061200.{"event":"invitee.created"}' | openssl dgst -sha256 -hmac 'one key'
  const signing = {
    key: 'one key',
    t: 1_764_061_200,
    body: Buffer.from('{"event":"invitee.created"}'),
  };
  const good = signatureOf({ ...signing, isBad: false });
  expect(good).toBe(
    't=1764061200,v1=c1eeaeba0f75ffd2230efa70b7a176fd3d426e6d6eac8e8d61bb870c87774fac',
  );
  const bad = signatureOf({ ...signing, isBad: true });
  expect(bad).not.toBe(good);
  expect(bad).toMatch(/^t=1764061200,v1=[0-9a-f]{64}$/);
});

test('a delivery is signed over its raw bytes and has the headers of recorded ones', async () => {
  const { stage, receiver } = await openSubscribed();
  const odd = { name: 'Zoë “Z” 👩‍🚀\u2028', email: 'zoe@example.com' };
  stage.simulator.moves.book({ invitee: odd });
  await stage.simulator.deliveries.settle();
  const [one] = receiver.received;
  if (one === undefined) throw new Error('Nothing came');
  expect(isGenuine(one)).toBe(true);
  expect(isGenuine(one, `${KEY}?`)).toBe(false);
  expect(signatureIn(one).t).toBe(NOW / 1000);
  expect(one.headers).toMatchObject({
    'user-agent': 'Calendly',
    'content-type': 'application/json',
    accept: '*/*',
    'accept-encoding': 'gzip',
    'content-length': String(one.raw.length),
    'x-datadog-sampling-priority': '2',
  });
  expect(one.headers['x-datadog-trace-id']).toMatch(/^\d+$/);
});

test('a subscription without a key gets deliveries without a signature', async () => {
  const stage = await openStage('demo');
  const receiver = await openReceiver();
  await subscribe(stage, { url: receiver.url, key: '' });
  stage.simulator.moves.book({ invitee: ANNA });
  await stage.simulator.deliveries.settle();
  expect(receiver.received[0]?.json['event']).toBe('invitee.created');
  expect(receiver.received[0]?.headers).not.toHaveProperty('calendly-webhook-signature');
});

test.each([500, 401, 404, 302, 304, 429])(
  'after %i the same bytes come again, later and later, until 2xx',
  async (status) => {
    const { stage, receiver, retrying, live } = await openSubscribed();
    receiver.answer = status;
    stage.simulator.moves.book({ invitee: ANNA });
    await live(70_000);
    const { log } = stage.simulator.deliveries;
    expect(log.map((one) => [one.attempt, one.status, (one.at - NOW) / 1000])).toEqual([
      [1, status, 0],
      [2, status, 10],
      [3, status, 30],
      [4, status, 70],
    ]);
    expect(await retrying()).toMatch(/^2026-11-25T09:00:00\.\d{6}Z$/);
    receiver.answer = 204;
    await live(HOUR);
    expect(log.map((one) => one.status).slice(4)).toEqual([204]);
    expect(stage.simulator.deliveries.waiting()).toBe(0);
    expect(await retrying()).toBeNull();
    const [first, ...others] = receiver.received;
    for (const other of others) expect(other.raw).toEqual(first?.raw);
    expect(receiver.received.every(({ path }) => path === '/')).toBe(true);
    expect(receiver.received.every((one) => isGenuine(one))).toBe(true);
  },
);

test('a retry keeps the time of its signature, or gets a new one, as the reading says', async () => {
  for (const resigned of [false, true]) {
    const { stage, receiver, live } = await openSubscribed();
    stage.simulator.world.readings.webhookRetryResigned = resigned;
    receiver.answer = 500;
    stage.simulator.moves.book({ invitee: ANNA });
    await live(10_000);
    const times = receiver.received.map((one) => signatureIn(one).t - NOW / 1000);
    expect(times).toEqual(resigned ? [0, 10] : [0, 0]);
    expect(receiver.received.every((one) => isGenuine(one))).toBe(true);
  }
});

test('after 24 hours without a success the subscription is disabled, in silence and for good', async () => {
  const { stage, receiver, state, retrying, live } = await openSubscribed();
  receiver.answer = 500;
  const { moves, deliveries } = stage.simulator;
  moves.book({ invitee: ANNA });
  await live(23 * HOUR);
  moves.book({ invitee: ANNA });
  await live(HOUR - 1);
  expect(await state()).toBe('active');
  await live(1);
  expect(await state()).toBe('disabled');
  expect(await retrying()).toMatch(/^2026-11-25T09:00:00/);
  expect(deliveries.log.at(-1)?.at).toBe(NOW + 24 * HOUR);
  expect(deliveries.waiting()).toBe(0);
  const { length } = receiver.received;
  expect(length).toBeGreaterThan(25);
  receiver.answer = 200;
  moves.book({ invitee: ANNA });
  await live(48 * HOUR);
  expect(receiver.received).toHaveLength(length);
  expect(await state()).toBe('disabled');
});

test('one success keeps a subscription alive, while a message that nobody takes is dropped after its day', async () => {
  const { stage, receiver, state, live } = await openSubscribed();
  const { moves, deliveries } = stage.simulator;
  deliveries.behave([{ event: 'invitee.created', cut: 10 }]);
  const { event } = moves.book({ invitee: ANNA });
  await live(20 * HOUR);
  moves.cancel({ event });
  await live(5 * HOUR);
  expect(deliveries.waiting()).toBe(0);
  expect(await state()).toBe('active');
  expect(receiver.received.filter(({ isWhole }) => isWhole)).toHaveLength(1);
  const last = deliveries.log.findLast((one) => one.event === 'invitee.created');
  expect(last?.at).toBe(NOW + 24 * HOUR);
});

test('a receiver that is silent or away fails like one that refuses', async () => {
  const { stage, receiver, retrying, live } = await openSubscribed();
  const { moves, deliveries } = stage.simulator;
  receiver.answer = 'silence';
  moves.book({ invitee: ANNA });
  await receiver.arrived(1);
  expect(deliveries.log).toEqual([]);
  stage.clock.pass(14_999);
  expect(deliveries.log).toEqual([]);
  stage.clock.pass(1);
  await deliveries.settle();
  expect(deliveries.log).toMatchObject([{ status: 0, note: 'timed out', at: NOW + 15_000 }]);
  expect(await retrying()).not.toBeNull();
  receiver.answer = 200;
  await live(10_000);
  expect(deliveries.log[1]).toMatchObject({ status: 200, note: 'answered', attempt: 2 });
  // Port 1 is nobody's.
  const { uri } = await subscribe(stage, { url: 'http://127.0.0.1:1/hook' });
  moves.book({ invitee: ANNA });
  await deliveries.settle();
  const away = deliveries.log.find(({ subscription }) => subscription === uri);
  expect(away).toMatchObject({ status: 0, note: 'failed', attempt: 1 });
});

test('nothing leaves this machine: receivers elsewhere count as served', async () => {
  const { stage, retrying } = await openSubscribed('https://app.example/hook');
  stage.simulator.moves.book({ invitee: ANNA });
  await stage.simulator.deliveries.settle();
  expect(stage.simulator.deliveries.log).toMatchObject([{ status: 200, note: 'elsewhere' }]);
  expect(await retrying()).toBeNull();
});

test('on the machine’s own clock a day is compressed into a moment', async () => {
  const stage = await openStage('demo', { clock: wallClock, now: Date.now() });
  const { deliveries, moves } = stage.simulator;
  deliveries.timeScale = 500_000;
  const receiver = await openReceiver();
  receiver.answer = 503;
  const { uri } = await subscribe(stage, { url: receiver.url });
  moves.book({ invitee: ANNA });
  await deliveries.settle({ retries: true });
  expect(resourceOf(await stage.ask(pathOf(uri)))['state']).toBe('disabled');
  expect(receiver.received.length).toBeGreaterThan(5);
});

test('whoever does not want to wait makes the next try now', async () => {
  const { stage, receiver } = await openSubscribed();
  const { moves, deliveries } = stage.simulator;
  receiver.answer = 500;
  const { event } = moves.book({ invitee: ANNA });
  await deliveries.settle();
  moves.cancel({ event });
  await deliveries.settle();
  expect(deliveries.waiting()).toBe(2);
  receiver.answer = 200;
  deliveries.retryNow();
  await deliveries.settle({ retries: true });
  expect(deliveries.waiting()).toBe(0);
  expect(eventsOf(receiver).toSorted()).toEqual([
    'invitee.canceled',
    'invitee.canceled',
    'invitee.created',
    'invitee.created',
  ]);
});
