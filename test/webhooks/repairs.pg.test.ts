/** The watchdog: whatever happens to the subscription at Calendly is mended within one run, once, and nothing is missing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SubscriptionRecord } from '../../simulator/webhooks/records.ts';
import type { WebhookProcess } from '../harness/webhook-process.ts';
import { signed, startWebhookWorld, type WebhookWorld } from '../harness/webhook-world.ts';
import { column } from './bookings.ts';
import { harmless, JSON_TYPE, PATH } from './case.ts';
import {
  askedOf,
  foreignAtCalendly,
  keyOf,
  NOTHING_ASKED,
  oursAtCalendly,
  ownRows,
} from './subscribed.ts';

const ADA = { name: 'Ada Visitor', email: 'ada@visitor.example' };

let world: WebhookWorld;
let processes: WebhookProcess[];
/** How many runs there were last: each looks once. */
let looks = 0;

beforeAll(async () => {
  world = await startWebhookWorld({
    readings: { calendarPushMs: 0, webhookPlan: 'paid', updatedAtMovesOnGroupJoin: true },
  });
  const others = [
    await world.another({ publicUrl: world.url }),
    await world.another({ publicUrl: world.url }),
  ];
  processes = [world, ...others];
  world.simulator.moves.foreignSubscription({});
  world.simulator.moves.foreignSubscription({ scope: 'organization' });
  await world.sync();
});
afterAll(() => world.close());

function only(): SubscriptionRecord {
  const [ours, ...more] = oursAtCalendly(world);
  if (ours === undefined || more.length > 0)
    throw new Error(`There are ${more.length + 1} of ours`);
  return ours;
}

/** All three processes ask for a run at once: they join one, unless it has ended before one of them asks. */
async function runOnce(): Promise<void> {
  world.simulator.clearRequests();
  const runs = (await Promise.all(processes.map((one) => one.sync()))).flat();
  for (const run of runs) expect(run).toMatchObject({ state: 'done' });
  looks = new Set(runs.map(({ id }) => id)).size;
}

/** A life that nobody tells us of. */
function liveUnheard(): void {
  const { moves } = world.simulator;
  const one = moves.book({ eventType: 'introductory-call', invitee: ADA });
  const two = moves.book({ eventType: 'office', invitee: ADA });
  moves.cancel({ event: one.event });
  moves.reschedule({ invitee: two.invitee });
}

async function expectHears(): Promise<void> {
  const { invitee } = world.simulator.moves.book({ eventType: 'catch-up', invitee: ADA });
  await world.settled();
  expect(await column(world, invitee, 'status')).toBe('active');
  await world.confirmed();
}

const troubles: [about: string, make: (ours: SubscriptionRecord) => void][] = [
  ['disabled', ({ wire }) => world.simulator.moves.disableSubscription({ subscription: wire.uri })],
  ['deleted', ({ wire }) => world.simulator.moves.deleteSubscription({ subscription: wire.uri })],
  [
    'pointed elsewhere',
    ({ wire }) =>
      world.simulator.moves.changeSubscriptionUrl({
        subscription: wire.uri,
        url: 'https://elsewhere.example/hook',
      }),
  ],
  [
    'told of too little',
    ({ wire }) => {
      wire.events = ['invitee.canceled'];
    },
  ],
  [
    'doubled with its own URL and disabled',
    ({ wire }) => {
      world.simulator.moves.doubleSubscription({ subscription: wire.uri });
      world.simulator.moves.disableSubscription({ subscription: wire.uri });
    },
  ],
];

describe('a subscription that was', () => {
  it.each(troubles)('%s is replaced in one run; what was missed is there', async (_about, make) => {
    const before = only();
    make(before);
    liveUnheard();
    await world.settled();
    await runOnce();

    const after = only();
    expect(after.wire.uri).not.toBe(before.wire.uri);
    expect(after.wire).toMatchObject({ state: 'active', retry_started_at: null });
    expect(after.wire.events).toHaveLength(7);
    expect(after.key).not.toBe(before.key);
    expect(before.gone || before.wire.callback_url.includes('elsewhere') === false).toBe(true);
    expect(askedOf(world).POST).toBe(1);
    expect(await world.drift()).toEqual([]);
    expect(await ownRows(world, 'live')).toHaveLength(1);

    await expectHears();
    expect(await world.drift()).toEqual([]);
    await runOnce();
    expect(askedOf(world)).toEqual({ GET: looks, POST: 0, DELETE: 0 });
    expect(foreignAtCalendly(world)).toHaveLength(2);
  });

  it.each([
    ['with the same URL', undefined],
    ['under our address', 'c0ffee00-0000-4000-8000-000000000000'],
  ])('doubled %s is one again, and it is the same', async (_how, id) => {
    const before = only();
    const url = id === undefined ? undefined : `${world.url}${PATH}/${id}`;
    world.simulator.moves.doubleSubscription({ subscription: before.wire.uri, url });
    await runOnce();
    expect(only().wire.uri).toBe(before.wire.uri);
    expect(askedOf(world)).toEqual({ GET: looks, POST: 0, DELETE: 1 });
    await expectHears();
    expect(foreignAtCalendly(world)).toHaveLength(2);
  });

  it('failing is said in words, and nothing is done as long as Calendly tries', async () => {
    const before = only();
    before.wire.retry_started_at = '2026-01-01T00:00:00.000000Z';
    await runOnce();
    expect(only().wire.uri).toBe(before.wire.uri);
    expect(await ownRows(world, 'live')).toMatchObject([
      { note: expect.stringMatching(/retrying/) },
    ]);
    before.wire.retry_started_at = null;
    await runOnce();
    expect(await ownRows(world, 'live')).toMatchObject([{ note: null }]);
  });
});

describe('a subscription that was replaced', () => {
  it('counts for 25 hours more by its old path and key, and not a minute longer', async () => {
    const [row] = await ownRows(world, 'live');
    if (row === undefined) throw new Error('There is no live row');
    const key = keyOf(world, row);
    world.simulator.moves.disableSubscription({ subscription: only().wire.uri });
    await runOnce();
    expect(await ownRows(world, 'retiring')).toContainEqual(
      expect.objectContaining({ id: row.id }),
    );
    const late = harmless();
    const path = `${PATH}/${row.id}`;
    const { answer, delivery } = await world.post(late, {
      path,
      headers: [JSON_TYPE, signed(late, key)],
    });
    expect(answer.status).toBe(200);
    expect(delivery?.subscription_id).toBe(row.id);
    // the new key does not open the old path
    const [live] = await ownRows(world, 'live');
    const mixed = harmless();
    const wrong = signed(mixed, live === undefined ? '' : keyOf(world, live));
    expect((await world.post(mixed, { path, headers: [JSON_TYPE, wrong] })).answer.status).toBe(
      401,
    );

    await world.db.query(
      `update webhook_subscriptions set ended_at = ended_at - interval '25 hours' where state = 'retiring'`,
    );
    await runOnce();
    expect(await ownRows(world, 'retiring')).toEqual([]);
    // a process that has not looked it up within the last seconds
    const fresh = await world.another({ publicUrl: world.url });
    const body = harmless();
    const [name, value] = signed(body, key);
    const init = { method: 'POST', body, headers: { [name]: value } };
    expect((await fetch(`${fresh.url}${path}`, init)).status).toBe(401);
    await fresh.close();
  });
});

describe('another address of ours', () => {
  it('gets a subscription of its own, and the one for the old address goes', async () => {
    const before = only();
    const moved = world.url.replace('127.0.0.1', 'localhost');
    for (const one of processes) one.reachAt(moved);
    await runOnce();
    expect(before.gone).toBe(true);
    expect(only().wire.callback_url).toContain(moved);
    await expectHears();
    for (const one of processes) one.reachAt(world.url);
    await runOnce();
    expect(only().wire.callback_url).toContain(world.url);
  });

  it('leaves nothing behind where the old one could not be deleted at first', async () => {
    const before = only();
    world.simulator.faults.set([
      { path: '/webhook_subscriptions/', method: 'DELETE', times: 1, then: { status: 500 } },
    ]);
    const moved = world.url.replace('127.0.0.1', 'localhost');
    for (const one of processes) one.reachAt(moved);
    await runOnce();
    expect(oursAtCalendly(world)).toHaveLength(2);
    world.simulator.faults.clear();
    await runOnce();
    expect(before.gone).toBe(true);
    expect(only().wire.callback_url).toContain(moved);
    expect(foreignAtCalendly(world)).toHaveLength(2);
  });
});

describe('a plan that has no webhooks any more', () => {
  it('is told, not asked about in every run, and polling goes on', async () => {
    world.simulator.moves.downgradePlan({});
    expect(only().wire.state).toBe('disabled');
    liveUnheard();
    await runOnce();
    expect(oursAtCalendly(world)).toEqual([]);
    const { rows } = await world.db.query('select family, code from webhook_refusals');
    expect(rows).toEqual([{ family: 'core', code: 'calendly.plan' }]);
    expect(await world.drift()).toEqual([]);
    await runOnce();
    expect(askedOf(world)).toEqual(NOTHING_ASKED);
    expect(foreignAtCalendly(world)).toHaveLength(2);
  });
});

describe('another scope', () => {
  it('has other subscriptions, and those of the old scope go', async () => {
    world.simulator.moves.upgradePlan({});
    await world.db.query('delete from webhook_refusals');
    await runOnce();
    const before = only();
    await world.db.query(
      `update calendly_connections set scope = 'organization', read_mode = null`,
    );
    await runOnce();
    expect(before.gone).toBe(true);
    expect(oursAtCalendly(world).map(({ wire }) => wire.scope)).toEqual([
      'organization',
      'organization',
    ]);
    await expectHears();

    await world.db.query(`update calendly_connections set scope = 'user', read_mode = null`);
    await runOnce();
    expect(only().wire.scope).toBe('user');
    await expectHears();
    expect(foreignAtCalendly(world)).toHaveLength(2);
  });
});
