/** Transactions on both engines: all or nothing, alone, and only through their own handle. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { engines, freshDatabase } from '../../test/harness/database.ts';
import type { FreshDatabase } from '../../test/harness/database.ts';
import type { Tx } from './db.ts';

describe.each(engines)('a transaction on %s', (engine) => {
  let fresh: FreshDatabase;
  const reported: unknown[] = [];
  beforeAll(async () => {
    const onError = (error: unknown): number => reported.push(error);
    fresh = await freshDatabase(engine, { migrated: false, onError });
    await fresh.db.script(
      'create table counted (id int primary key, n int not null); create table parents (id int primary key); create table children (parent int references parents deferrable initially deferred)',
    );
  });
  afterAll(() => fresh.drop());
  beforeEach(async () => {
    reported.length = 0;
    await fresh.db.script('delete from counted; insert into counted values (1, 0)');
  });

  async function value(): Promise<unknown> {
    const { rows } = await fresh.db.query('select n from counted where id = 1');
    return rows[0]?.['n'];
  }

  function add(sql: Pick<Tx, 'query'>, n: number): Promise<unknown> {
    return sql.query('update counted set n = n + $1 where id = 1', [n]);
  }

  test('commits when the work is done and answers its result', async () => {
    const result = await fresh.db.tx(async (tx) => {
      await add(tx, 5);
      return 'done';
    });
    expect([result, await value()]).toEqual(['done', 5]);
  });

  test('leaves nothing when the work throws, and throws the same error', async () => {
    const failure = new Error('no');
    const attempt = fresh.db.tx(async (tx) => {
      await add(tx, 5);
      throw failure;
    });
    await expect(attempt).rejects.toBe(failure);
    expect(await value()).toBe(0);
  });

  test('what waits for the commit runs after it, in order, and only once', async () => {
    const seen: string[] = [];
    await fresh.db.tx(async (tx) => {
      tx.onCommit(() => seen.push('first'));
      tx.onCommit(() => {
        throw new Error('lost');
      });
      tx.onCommit(() => seen.push('second'));
      await add(tx, 1);
      seen.push('work');
    });
    expect(seen).toEqual(['work', 'first', 'second']);
    expect(reported).toEqual([new Error('lost')]);
  });

  test('what waits for the commit does not run after a rollback', async () => {
    const seen: string[] = [];
    const attempt = fresh.db.tx(async (tx) => {
      tx.onCommit(() => seen.push('ran'));
      await tx.query('select 1/0');
    });
    await expect(attempt).rejects.toMatchObject({ sqlstate: '22012' });
    expect(seen).toEqual([]);
  });

  test('what waits for the commit may use the database again', async () => {
    const after = new Promise((resolve) => {
      void fresh.db.tx(async (tx) => {
        tx.onCommit(() => resolve(value()));
        await add(tx, 3);
      });
    });
    expect(await after).toBe(3);
  });

  test('a swallowed failure is no success: nothing is kept and the failure is thrown', async () => {
    const attempt = fresh.db.tx(async (tx) => {
      await add(tx, 5);
      await tx.query('select 1/0').catch(() => undefined);
      return 'fine';
    });
    await expect(attempt).rejects.toMatchObject({ sqlstate: '22012' });
    expect(await value()).toBe(0);
  });

  test('a statement that nobody waited for belongs to the transaction all the same', async () => {
    await fresh.db.tx(async (tx) => {
      void add(tx, 2);
      void add(tx, 3);
    });
    expect(await value()).toBe(5);
  });

  test('statements started together run in their order', async () => {
    const order = await fresh.db.tx((tx) =>
      Promise.all(
        [1, 2, 3].map((n) => tx.query('select $1::int as n, pg_sleep(0.01 / $1::int)', [n])),
      ),
    );
    expect(order.map(({ rows }) => rows[0]?.['n'])).toEqual([1, 2, 3]);
  });

  test('a rule that is checked at the end takes everything back', async () => {
    const attempt = fresh.db.tx(async (tx) => {
      await add(tx, 5);
      await tx.query('insert into children values (404)');
    });
    await expect(attempt).rejects.toMatchObject({ code: 'database.foreign_key_violation' });
    expect(await value()).toBe(0);
  });

  test('others see nothing before the commit; on the embedded database they wait for it', async () => {
    const half = Promise.withResolvers<void>();
    const outside = half.promise.then(() => value());
    await fresh.db.tx(async (tx) => {
      await add(tx, 5);
      half.resolve();
      if (engine === 'postgres') expect(await outside).toBe(0);
      await add(tx, 1);
    });
    expect(await outside).toBe(engine === 'postgres' ? 0 : 6);
    expect(await value()).toBe(6);
  });

  test('fifty at once lose no update', async () => {
    await Promise.all(Array.from({ length: 50 }, () => fresh.db.tx((tx) => add(tx, 1))));
    expect(await value()).toBe(50);
  });

  test('using the database itself inside is refused instead of waiting for ever', async () => {
    const refused = { code: 'database.outside_transaction', kind: 'bug' };
    await expect(fresh.db.tx(() => value())).rejects.toMatchObject(refused);
    await expect(fresh.db.tx(() => fresh.db.tx(async () => 1))).rejects.toMatchObject(refused);
    await expect(fresh.db.tx(() => fresh.db.script('select 1'))).rejects.toMatchObject(refused);
    expect(await value()).toBe(0);
  });

  test('a handle that was kept does nothing after the end', async () => {
    let kept: Tx | undefined;
    await fresh.db.tx(async (tx) => {
      kept = tx;
    });
    await expect(kept?.query('select 1')).rejects.toMatchObject({
      code: 'database.transaction_over',
    });
  });

  test('a script runs inside and is taken back with the rest', async () => {
    const attempt = fresh.db.tx(async (tx) => {
      await tx.script('create table passing (id int); insert into passing values (1)');
      throw new Error('no');
    });
    await expect(attempt).rejects.toThrow('no');
    const { rows } = await fresh.db.query(`select to_regclass('passing')::text as name`);
    expect(rows).toEqual([{ name: null }]);
  });

  test('after the end of the database everything is refused, closing twice included', async () => {
    const other = await freshDatabase(engine, { migrated: false });
    await Promise.all([other.db.close(), other.db.close()]);
    await expect(other.db.query('select 1')).rejects.toMatchObject({ code: 'database.closed' });
    await expect(other.db.tx(async () => 1)).rejects.toMatchObject({ code: 'database.closed' });
    await other.drop();
  });

  test('a handed-in clock is the clock, inside and outside', async () => {
    const clock = async (): Promise<string> => '2030-01-01T00:00:00.000000Z';
    const other = await freshDatabase(engine, { migrated: false, clock });
    const inside = await other.db.tx((tx) => tx.clock());
    expect([await other.db.clock(), inside]).toEqual(Array(2).fill(await clock()));
    await other.drop();
  });
});
