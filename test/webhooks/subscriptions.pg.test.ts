/** The subscription makes itself, once; what Calendly refuses is told in words and not asked for again and again. */
import { afterEach, describe, expect, it } from 'vitest';
import { listConnections } from '../../src/store/connection-list.ts';
import { forgetRefusals } from '../../src/store/subscriptions.ts';
import { removeSubscriptions } from '../../src/sync/unsubscribe.ts';
import { tokenOf } from '../../simulator/world.ts';
import {
  startWebhookWorld,
  type WebhookWorld,
  type WorldOptions,
} from '../harness/webhook-world.ts';
import { column } from './bookings.ts';
import {
  askedOf,
  foreignAtCalendly,
  keyOf,
  NOTHING_ASKED,
  ONE_LOOK,
  oursAtCalendly,
  ownRows,
} from './subscribed.ts';

const ADA = { name: 'Ada Visitor', email: 'ada@visitor.example' };

let world: WebhookWorld;
afterEach(() => world.close());

async function start(options: WorldOptions = {}): Promise<void> {
  world = await startWebhookWorld({ story: 'empty', readings: { calendarPushMs: 0 }, ...options });
}

/** One run that ends well, whatever becomes of webhooks. */
async function run(): Promise<void> {
  world.simulator.clearRequests();
  expect(await world.sync()).toMatchObject([{ state: 'done' }]);
}

async function noteInStatus(): Promise<string | null> {
  const { workspace_id: workspaceId, user_id: userId } = await world.connection();
  const schedule = { slotMs: 900_000, nextRunAt: null };
  const [one] = await listConnections(world.db, { workspaceId, userId }, schedule);
  return one?.webhook_note ?? null;
}

describe('with an address that Calendly can reach', () => {
  it('the first run subscribes for the user, every later one only looks, a restart too', async () => {
    await start();
    await run();
    const [ours] = oursAtCalendly(world);
    const [row] = await ownRows(world);
    expect(oursAtCalendly(world)).toHaveLength(1);
    expect(ours?.wire).toMatchObject({ scope: 'user', state: 'active' });
    expect(ours?.wire.events).toHaveLength(7);
    expect(ours?.wire.callback_url).toBe(`${world.url}/api/calendly/webhook/${row?.id}`);
    expect(row).toMatchObject({ state: 'live', calendly_uri: ours?.wire.uri });
    expect(row && keyOf(world, row)).toBe(ours?.key);
    expect(Buffer.from(ours?.key ?? '', 'base64url')).toHaveLength(32);
    expect(JSON.stringify(world.lines)).not.toContain(ours?.key);

    await run();
    expect(askedOf(world)).toEqual(ONE_LOOK);
    const other = await world.another({ publicUrl: world.url });
    await other.sync();
    await other.close();
    await run();
    expect(askedOf(world)).toEqual(ONE_LOOK);
    expect(await ownRows(world)).toHaveLength(1);
    expect(await noteInStatus()).toBeNull();

    const { invitee } = world.simulator.moves.book({ invitee: ADA });
    await world.settled();
    expect(await column(world, invitee, 'status')).toBe('active');
    expect((await ownRows(world))[0]?.last_delivery_at).not.toBeNull();
  });

  it('an owner subscribes for the organization, routing forms apart, and hears of all members', async () => {
    await start({ story: 'firm', env: { CALENDLY_SCOPE: 'organization' } });
    await run();
    const wires = oursAtCalendly(world).map(({ wire }) => wire);
    expect(wires.map(({ scope }) => scope)).toEqual(['organization', 'organization']);
    expect(wires[1]?.events).toEqual(['routing_form_submission.created']);

    const { invitee } = world.simulator.moves.book({
      host: 'member',
      eventType: 'meet-carla',
      invitee: ADA,
    });
    world.simulator.moves.submitRoutingForm({});
    await world.settled();
    expect(await column(world, invitee, 'status')).toBe('active');
    const { rows } = await world.db.query('select 1 from routing_form_submissions');
    expect(rows).toHaveLength(1);
    await run();
    expect(askedOf(world)).toEqual(ONE_LOOK);
  });

  it('three processes that start at once make one, and go on with one', async () => {
    await start();
    const others = [
      await world.another({ publicUrl: world.url }),
      await world.another({ publicUrl: world.url }),
    ];
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([world, ...others].map((one) => one.sync()));
    }
    expect(oursAtCalendly(world)).toHaveLength(1);
    expect(await ownRows(world)).toMatchObject([{ state: 'live' }]);
  });

  it('all pages are looked at before anything is made, and none of others is touched', async () => {
    await start();
    for (let number = 0; number < 130; number += 1) world.simulator.moves.foreignSubscription({});
    await run();
    expect(askedOf(world)).toEqual({ GET: 2, POST: 1, DELETE: 0 });
    const asked = world.simulator.requests.filter(({ path }) => path === '/webhook_subscriptions');
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
    world.simulator.moves.doubleSubscription({
      subscription: oursAtCalendly(world)[0]?.wire.uri ?? '',
    });
    await run();
    expect(askedOf(world)).toEqual({ GET: 2, POST: 0, DELETE: 1 });
    expect(oursAtCalendly(world)).toHaveLength(1);
    expect(foreignAtCalendly(world)).toHaveLength(130);
  });

  it('an answer that is lost is no second subscription: the next run finds it', async () => {
    await start();
    world.simulator.faults.set([
      { path: '/webhook_subscriptions', method: 'POST', times: 1, then: { cut: 10 } },
    ]);
    await run();
    expect(await ownRows(world)).toMatchObject([{ state: 'creating' }]);
    expect(await noteInStatus()).not.toBeNull();
    await run();
    expect(askedOf(world)).toEqual(ONE_LOOK);
    expect(await ownRows(world)).toMatchObject([{ state: 'live', note: null }]);
    const [ours] = oursAtCalendly(world);
    expect(oursAtCalendly(world)).toHaveLength(1);
    expect(ours?.key).toBe(keyOf(world, (await ownRows(world))[0] ?? fail()));
  });

  it('a 409 is told in words, and the next run asks with an address of its own', async () => {
    await start();
    const exists = { title: 'Already Exists', message: 'Hook with this url already exists' };
    world.simulator.faults.set([
      {
        path: '/webhook_subscriptions',
        method: 'POST',
        times: 1,
        then: { status: 409, body: exists },
      },
    ]);
    await run();
    expect(await noteInStatus()).toContain('exists already');
    await run();
    expect(oursAtCalendly(world)).toHaveLength(1);
    expect(await ownRows(world, 'live')).toHaveLength(1);
    expect(await noteInStatus()).toBeNull();
  });

  it('without an address nothing is asked', async () => {
    await start({ publicUrl: null });
    await run();
    expect(askedOf(world)).toEqual(NOTHING_ASKED);
  });
});

function fail(): never {
  throw new Error('There is no row');
}

describe('what Calendly refuses', () => {
  it('is told in words where the plan has no webhooks, is not asked for again, and comes with the plan', async () => {
    await start({ story: 'empty', readings: { webhookPlan: 'paid', calendarPushMs: 0 } });
    await run();
    expect(oursAtCalendly(world)).toEqual([]);
    expect(await noteInStatus()).toMatch(/plan does not include/);
    expect(world.lines.some(({ msg }) => msg.startsWith('Calendly does not allow'))).toBe(true);
    await run();
    expect(askedOf(world)).toEqual(NOTHING_ASKED);

    world.simulator.moves.upgradePlan({});
    await world.db.query(
      `update webhook_refusals set refused_at = refused_at - interval '25 hours'`,
    );
    await run();
    expect(oursAtCalendly(world)).toHaveLength(1);
    expect(await noteInStatus()).toBeNull();
  });

  it.each([
    ['webhooks:read', ['webhooks:read']],
    ['webhooks:write', ['webhooks:write', 'webhooks:read']],
  ])('names the scope that the token lacks: %s', async (name, without) => {
    await start();
    const scopes = ['users', 'organizations', 'scheduled_events', 'event_types', 'webhooks']
      .flatMap((one) => [`${one}:read`, `${one}:write`])
      .filter((scope) => !(scope === 'webhooks:write' || without.includes(scope)));
    const token = tokenOf(world.simulator.world, 'host');
    const kept = name === 'webhooks:write' ? [...scopes, 'webhooks:read'] : scopes;
    world.simulator.moves.changeToken({ token, scopes: kept });
    await run();
    expect(await noteInStatus()).toContain(name);
    expect(oursAtCalendly(world)).toEqual([]);
    await run();
    expect(askedOf(world)).toEqual(NOTHING_ASKED);
  });

  it('a token without event types has the bookings all the same', async () => {
    await start();
    const token = tokenOf(world.simulator.world, 'host');
    const scopes = ['users:read', 'scheduled_events:read', 'webhooks:write', 'organizations:read'];
    world.simulator.moves.changeToken({ token, scopes });
    await world.sync();
    expect(oursAtCalendly(world)[0]?.wire.events).toHaveLength(4);
    world.simulator.clearRequests();
    await world.sync();
    expect(askedOf(world)).toEqual(ONE_LOOK);
  });

  it('a member who wants the whole organization gets what a member can have', async () => {
    await start({ story: 'firm', as: 'member', env: { CALENDLY_SCOPE: 'organization' } });
    await run();
    expect(oursAtCalendly(world)).toMatchObject([{ wire: { scope: 'user' } }]);
    await run();
    expect(askedOf(world)).toEqual(ONE_LOOK);
    expect(await noteInStatus()).toBeNull();
  });

  it('a plan without routing forms leaves the bookings', async () => {
    await start({ story: 'firm', env: { CALENDLY_SCOPE: 'organization' } });
    world.simulator.moves.downgradePlan({});
    await run();
    expect(oursAtCalendly(world)).toMatchObject([{ wire: { scope: 'organization' } }]);
    expect(await noteInStatus()).toMatch(/plan does not include/);
    await run();
    expect(askedOf(world)).toEqual(ONE_LOOK);
  });
});

it('what was removed by command stays removed until it is asked for again', async () => {
  await start();
  await run();
  world.simulator.moves.foreignSubscription({});
  const connection = await world.connection();
  const client = world.core.clients.clientFor(connection, world.core.signal);
  expect(await removeSubscriptions({ db: world.db, calendly: client.calendly, connection })).toBe(
    1,
  );
  await client.close();
  await world.db.query(`update webhook_refusals set refused_at = refused_at - interval '90 days'`);
  await run();
  expect(askedOf(world)).toEqual(NOTHING_ASKED);
  expect(oursAtCalendly(world)).toEqual([]);
  expect(foreignAtCalendly(world)).toHaveLength(1);

  await forgetRefusals(world.db);
  await run();
  expect(oursAtCalendly(world)).toHaveLength(1);
});
