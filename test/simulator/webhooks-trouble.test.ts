/** Subscriptions in trouble: changed behind the back of whoever made them, and kept over a restart. */
import { expect, test } from 'vitest';
import { startSimulator } from '../../simulator/server.ts';
import { DEFAULT_READINGS } from '../../simulator/readings.ts';
import type { WorldSnapshot } from '../../simulator/state.ts';
import { worldFromJSON } from '../../simulator/world.ts';
import { eventsOf, openReceiver, subscribe } from './receiver.ts';
import { column, openStage, pathOf, resourceOf, rowsOf } from './stage.ts';

const ANNA = { name: 'Anna Berg', email: 'anna@example.com' };

async function openHeard() {
  const stage = await openStage('demo');
  const receiver = await openReceiver();
  const { uri } = await subscribe(stage, { url: `${receiver.url}/hook` });
  const { moves, deliveries } = stage.simulator;
  return {
    stage,
    receiver,
    moves,
    deliveries,
    subscription: String(uri),
    list: async (scope = 'user') =>
      rowsOf(await stage.ask(`/webhook_subscriptions?scope=${scope}&${stage.scope()}`)),
    async book() {
      moves.book({ invitee: ANNA });
      await deliveries.settle();
      return receiver.received.splice(0).map(({ path }) => path);
    },
  };
}

test('a disabled subscription stays listed, hears nothing, and still takes its URL', async () => {
  const { stage, receiver, moves, subscription, list, book } = await openHeard();
  moves.disableSubscription({ subscription });
  expect(await list()).toMatchObject([
    { uri: subscription, state: 'disabled', retry_started_at: '2026-11-24T09:00:00.000000Z' },
  ]);
  expect(await book()).toEqual([]);
  await expect(subscribe(stage, { url: `${receiver.url}/hook` })).rejects.toThrow('409');
  await stage.ask(pathOf(subscription), { method: 'DELETE' });
  await subscribe(stage, { url: `${receiver.url}/hook` });
  expect(await book()).toEqual(['/hook']);
});

test('what waits for its next try is gone with its subscription', async () => {
  for (const move of ['disableSubscription', 'deleteSubscription'] as const) {
    const { stage, receiver, moves, deliveries, subscription, book } = await openHeard();
    receiver.answer = 500;
    await book();
    expect(deliveries.waiting()).toBe(1);
    moves[move]({ subscription });
    await deliveries.settle({ retries: true });
    expect(deliveries.waiting()).toBe(0);
    stage.clock.pass(86_400_000);
    await deliveries.settle();
    expect(receiver.received).toEqual([]);
  }
});

test('a subscription deleted by somebody else is 404 and its URL free', async () => {
  const { stage, receiver, moves, subscription, list, book } = await openHeard();
  moves.deleteSubscription({ subscription });
  expect((await stage.ask(pathOf(subscription))).status).toBe(404);
  expect(await list()).toEqual([]);
  expect(await book()).toEqual([]);
  expect(() => moves.deleteSubscription({ subscription })).toThrow('no such subscription');
  await subscribe(stage, { url: `${receiver.url}/hook` });
});

test('a changed URL is where deliveries go from then on', async () => {
  const { receiver, moves, subscription, list, book } = await openHeard();
  moves.changeSubscriptionUrl({ subscription, url: `${receiver.url}/elsewhere` });
  expect(await list()).toMatchObject([{ callback_url: `${receiver.url}/elsewhere` }]);
  expect(await book()).toEqual(['/elsewhere']);
  expect(() => moves.changeSubscriptionUrl({ subscription, url: 'nowhere' })).toThrow('no URL');
});

test('a doubled subscription doubles its deliveries', async () => {
  const { receiver, moves, subscription, list, book } = await openHeard();
  const twin = moves.doubleSubscription({ subscription });
  const other = moves.doubleSubscription({ subscription, url: `${receiver.url}/other` });
  expect(column(await list(), 'uri')).toEqual([
    subscription,
    twin.subscription,
    other.subscription,
  ]);
  expect((await book()).toSorted()).toEqual(['/hook', '/hook', '/other']);
});

test('another tool’s subscription looks like any other and is served without leaving this machine', async () => {
  const { moves, deliveries, list, book } = await openHeard();
  const own = moves.foreignSubscription({});
  const shared = moves.foreignSubscription({ scope: 'organization', user: 'host' });
  expect(column(await list(), 'uri')).toContain(own.subscription);
  expect(await list('organization')).toMatchObject([{ uri: shared.subscription, user: null }]);
  expect(await book()).toEqual(['/hook']);
  expect(deliveries.log.map(({ note }) => note).toSorted()).toEqual([
    'answered',
    'elsewhere',
    'elsewhere',
  ]);
  expect(() => moves.foreignSubscription({ events: ['invitee.updated'] })).toThrow('no such event');
});

test('a downgrade disables what the plan no longer has, and paying again revives nothing', async () => {
  const { stage, receiver, moves, subscription, list, book } = await openHeard();
  const events = ['routing_form_submission.created'];
  await subscribe(stage, { url: `${receiver.url}/forms`, events, scope: 'organization' });
  moves.downgradePlan({});
  expect(await list('organization')).toMatchObject([{ state: 'disabled' }]);
  expect(await list()).toMatchObject([{ uri: subscription, state: 'active' }]);
  expect((await book()).length).toBe(1);
  stage.simulator.world.readings.webhookPlan = 'paid';
  moves.downgradePlan({ user: 'host' });
  expect(await list()).toMatchObject([{ uri: subscription, state: 'disabled' }]);
  await expect(subscribe(stage, { url: `${receiver.url}/again` })).rejects.toThrow('upgrade');
  const me = await stage.ask('/users/me');
  expect(me.headers.get('x-ratelimit-tier')).toBe('free');
  const organization = await stage.ask(pathOf(resourceOf(me)['current_organization']));
  expect(resourceOf(organization)).toMatchObject({ stage: 'free', plan: 'basic' });
  moves.upgradePlan({});
  expect(await list()).toMatchObject([{ state: 'disabled' }]);
  await subscribe(stage, { url: `${receiver.url}/again` });
  expect(await book()).toEqual(['/again']);
});

test('trouble can be made by the control API, by URI, id or URL', async () => {
  const { stage, receiver, subscription, list } = await openHeard();
  const run = async (body: Record<string, string>) =>
    (await stage.ask('/_control/moves', { method: 'POST', body })).status;
  const url = `${receiver.url}/hook`;
  expect(await run({ move: 'disableSubscription', subscription: url })).toBe(200);
  const id = subscription.slice(subscription.lastIndexOf('/') + 1);
  expect(await run({ move: 'changeSubscriptionUrl', subscription: id, url: `${url}2` })).toBe(200);
  expect(await list()).toMatchObject([{ state: 'disabled', callback_url: `${url}2` }]);
  expect(await run({ move: 'deleteSubscription', subscription: 'nobody' })).toBe(400);
  expect(await run({ move: 'deleteSubscription', subscription })).toBe(200);
  expect(await list()).toEqual([]);
});

test('subscriptions survive a restart with their keys, and a world from before there were any awakes', async () => {
  const { stage, receiver } = await openHeard();
  const saved = JSON.parse(JSON.stringify(stage.simulator.world)) as WorldSnapshot;
  await stage.simulator.close();
  const world = worldFromJSON(saved, stage.clock);
  const again = await startSimulator({ world });
  again.moves.book({ invitee: ANNA });
  await again.deliveries.settle();
  await again.close();
  expect(eventsOf(receiver)).toEqual(['invitee.created']);
  expect(receiver.received[0]?.headers['calendly-webhook-signature']).toMatch(/^t=\d+,v1=/);
  expect([...world.subscriptions.values()].map(({ key }) => key)).toEqual(
    (saved.subscriptions ?? []).map(({ key }) => key),
  );
  const { subscriptions: _, ...old } = saved;
  const { webhookPlan: __, ...readings } = saved.readings;
  const older = worldFromJSON({ ...old, readings } as WorldSnapshot, stage.clock);
  expect(older.subscriptions.size).toBe(0);
  expect(older.readings).toEqual(DEFAULT_READINGS);
});

test('a closed simulator delivers nothing more and leaves nothing behind', async () => {
  const { stage, receiver, moves, deliveries } = await openHeard();
  receiver.answer = 'silence';
  deliveries.behave([
    { delayMs: 1_000, after: 1, times: 1 },
    { reorder: true, after: 2, times: 1 },
  ]);
  for (let index = 0; index < 3; index += 1) moves.book({ invitee: ANNA });
  await receiver.arrived(1);
  const quiet = deliveries.settle({ retries: true });
  await stage.simulator.close();
  await quiet;
  expect(stage.clock.toNext()).toBeUndefined();
  moves.book({ invitee: ANNA });
  await deliveries.settle();
  expect(deliveries.log).toEqual([]);
});
