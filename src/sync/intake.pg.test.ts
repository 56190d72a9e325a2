/** Deliveries that come together are stored together, each for itself. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { engines, freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { makeId, seedConnection } from '../../test/harness/sync-world.ts';
import type { Sql } from '../store/db.ts';
import { claimDelivery, type NewDelivery } from '../store/deliveries.ts';
import { createIntake } from './intake.ts';

const AT = '2026-03-30T19:22:42.000000Z';

describe.each(engines)('deliveries on %s', (engine) => {
  let fresh: FreshDatabase;
  let ids: Awaited<ReturnType<typeof seedConnection>>;
  let statements = 0;

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
    ids = await seedConnection(fresh.db, 'user');
  });
  beforeEach(async () => {
    await fresh.db.query('delete from webhook_deliveries');
    statements = 0;
  });
  afterAll(() => fresh.drop());

  /** The database, its statements counted. */
  function counted(): Sql {
    const { db } = fresh;
    return {
      query(text, params) {
        statements += 1;
        return db.query(text, params);
      },
      script: (text) => db.script(text),
      clock: () => db.clock(),
    };
  }

  function delivery(text: string | Uint8Array, change: Partial<NewDelivery> = {}): NewDelivery {
    const body = Buffer.from(text);
    return {
      workspaceId: ids.workspaceId,
      id: makeId(),
      subscriptionId: null,
      connectionId: ids.connectionId,
      body,
      sha256: createHash('sha256').update(body).digest(),
      headers: { 'user-agent': 'Calendly "1", \\2' },
      receivedAt: AT,
      signedAt: null,
      flags: [],
      ...change,
    };
  }

  async function rows(): Promise<Record<string, unknown>[]> {
    const { rows: found } = await fresh.db.query(
      `select body, times, headers, flags, signed_at, subscription_id, received_at, state
       from webhook_deliveries order by body`,
    );
    return found;
  }

  it('one alone is there with every column as soon as it is acknowledged', async () => {
    const body = Buffer.from([0, 255, 92, 34, 44, 123]);
    const subscriptionId = makeId();
    const flags = ['stale', 'odd'];
    await createIntake(counted())(delivery(body, { subscriptionId, signedAt: AT, flags }));
    expect(await rows()).toEqual([
      {
        body: new Uint8Array(body),
        times: 1,
        headers: { 'user-agent': 'Calendly "1", \\2' },
        flags,
        signed_at: AT,
        subscription_id: subscriptionId,
        received_at: AT,
        state: 'received',
      },
    ]);
  });

  it('one that a process with a fast clock took in is due at once', async () => {
    const store = createIntake(counted());
    await store(delivery('early', { receivedAt: '2099-01-01T00:00:00.000000Z' }));
    const claimed = await fresh.db.tx(async (tx) => claimDelivery(tx, await tx.clock()));
    expect(Buffer.from(claimed?.body ?? []).toString()).toBe('early');
  });

  it('two hundred at once take few statements and none of the others’ columns', async () => {
    const store = createIntake(counted());
    const bodies = Array.from({ length: 200 }, (_, number) => `delivery ${1000 + number}`);
    await Promise.all(
      bodies.map((body, number) =>
        store(delivery(body, { flags: number % 2 === 0 ? ['stale'] : [] })),
      ),
    );
    expect(statements).toBeLessThanOrEqual(8);
    const found = await rows();
    expect(found.map(({ body }) => Buffer.from(body as Uint8Array).toString())).toEqual(bodies);
    expect(found.map(({ flags }) => flags)).toEqual(
      bodies.map((_, number) => (number % 2 === 0 ? ['stale'] : [])),
    );
  });

  it('the same bytes thirty times at once are one row that counts thirty', async () => {
    const store = createIntake(counted());
    await Promise.all(
      Array.from({ length: 60 }, (_, number) => store(delivery(`same ${number % 2}`))),
    );
    expect((await rows()).map(({ times }) => times)).toEqual([30, 30]);
  });

  it('one that the database refuses takes none of the others along', async () => {
    const store = createIntake(counted());
    const stranger = { connectionId: makeId() };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, number) =>
        store(delivery(`one ${number}`, number === 17 ? stranger : {})),
      ),
    );
    const refused = outcomes.flatMap(({ status }, number) =>
      status === 'rejected' ? [number] : [],
    );
    expect(refused).toEqual([17]);
    expect(await rows()).toHaveLength(29);
  });

  it('large ones do not share a statement', async () => {
    const store = createIntake(counted());
    const large = (number: number): Buffer => Buffer.alloc(256 * 1024, number);
    await Promise.all(Array.from({ length: 12 }, (_, number) => store(delivery(large(number)))));
    expect(statements).toBeGreaterThanOrEqual(4);
    expect(await rows()).toHaveLength(12);
  });
});

it('where nothing can be stored everybody is told, and the next is tried again', async () => {
  let isAway = true;
  let asked = 0;
  const store = createIntake({
    async query() {
      asked += 1;
      if (isAway) throw new Error('The database is away');
      return { rows: [], count: 0 };
    },
    script: async () => undefined,
    clock: async () => AT,
  });
  const one = (number: number): NewDelivery => ({
    workspaceId: makeId(),
    id: makeId(),
    subscriptionId: null,
    connectionId: makeId(),
    body: Buffer.from(String(number)),
    sha256: createHash('sha256').update(String(number)).digest(),
    headers: {},
    receivedAt: AT,
    signedAt: null,
    flags: [],
  });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, (_, number) => store(one(number))),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'rejected'));
  expect(asked).toBeLessThanOrEqual(4);
  isAway = false;
  await store(one(51));
});
