/** What only a server can do to us: end connections, deadlock, refuse, restart. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { freshDatabase } from '../../test/harness/database.ts';
import type { FreshDatabase } from '../../test/harness/database.ts';
import { openPostgres } from './postgres.ts';

describe('a PostgreSQL server', () => {
  let fresh: FreshDatabase;
  let admin: FreshDatabase;
  const reported: unknown[] = [];
  let onReport: () => void = () => undefined;
  beforeAll(async () => {
    const onError = (error: unknown): void => {
      reported.push(error);
      onReport();
    };
    fresh = await freshDatabase('postgres', { migrated: false, onError });
    admin = await freshDatabase('postgres', { migrated: false });
    await fresh.db.script(
      'create table counted (id int primary key, n int not null); insert into counted values (1, 0), (2, 0)',
    );
  });
  afterAll(async () => {
    await fresh.drop();
    await admin.drop();
  });

  /** Ends every connection to the database of `fresh`, as a restarting server does. */
  async function endConnections(): Promise<void> {
    const name = new URL(fresh.url ?? '').pathname.slice(1);
    await admin.db.query(
      'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1',
      [name],
    );
  }

  test('ends an idle connection: it is reported, nothing stops, the next query works', async () => {
    await fresh.db.query('select 1');
    const told = new Promise<void>((resolve) => (onReport = resolve));
    await endConnections();
    await told;
    expect(reported).toMatchObject([{ code: 'database.connection_lost', sqlstate: '57P01' }]);
    expect((await fresh.db.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  });

  test('ends a connection in the middle of a transaction: it fails, the next one works', async () => {
    const attempt = fresh.db.tx(async (tx) => {
      await tx.query('update counted set n = n + 1 where id = 1');
      await endConnections();
      await tx.query('select 1');
    });
    await expect(attempt).rejects.toMatchObject({ code: 'database.connection_lost' });
    const n = await fresh.db.tx((tx) => tx.query('select n from counted where id = 1'));
    expect(n.rows).toEqual([{ n: 0 }]);
  });

  test('ends the listening connection: notices come again after an empty one', async () => {
    const heard: string[] = [];
    const told = Promise.withResolvers<void>();
    const again = Promise.withResolvers<void>();
    const stop = await fresh.db.listen('feed', (payload) => {
      heard.push(payload);
      (payload === '' ? again : told).resolve();
    });
    await endConnections();
    await again.promise;
    await fresh.db.query(`select pg_notify('feed', 'after')`);
    await told.promise;
    expect(heard).toEqual(['', 'after']);
    await stop();
  });

  test('finds a deadlock: the loser runs again and both are kept', async () => {
    await fresh.db.script('update counted set n = 0');
    const bothHoldOne = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let attempts = 0;
    const addToBoth = (first: number, second: number): Promise<void> =>
      fresh.db.tx(async (tx) => {
        attempts += 1;
        await tx.query('update counted set n = n + 1 where id = $1', [first]);
        bothHoldOne[first - 1]?.resolve();
        await Promise.all(bothHoldOne.map(({ promise }) => promise));
        await tx.query('update counted set n = n + 1 where id = $1', [second]);
      });
    await Promise.all([addToBoth(1, 2), addToBoth(2, 1)]);
    const { rows } = await fresh.db.query('select n from counted order by id');
    expect(rows).toEqual([{ n: 2 }, { n: 2 }]);
    expect(attempts).toBeGreaterThan(2);
  });

  test('refuses to serialize three times: the fourth attempt counts', async () => {
    let attempts = 0;
    const raise = `do $$ begin raise exception using errcode = '40001'; end $$`;
    const result = await fresh.db.tx(async (tx) => {
      attempts += 1;
      if (attempts < 4) await tx.query(raise);
      return attempts;
    });
    expect(result).toBe(4);
    const never = fresh.db.tx((tx) => tx.query(raise));
    await expect(never).rejects.toMatchObject({
      code: 'database.conflicting_transactions',
      kind: 'busy',
    });
  });

  test('may be used by a superuser, who is warned; an ordinary role is not', async () => {
    const url = inject('postgres').adminUrl;
    const db = await openPostgres({ url, schema: 'public', onError: () => undefined });
    await db.close();
    expect(db.warnings).toEqual([expect.stringContaining('superuser')]);
    expect(fresh.db.warnings).toEqual([]);
  });

  test.each([
    [
      'a wrong password',
      (url: URL) => (url.password = 'wrong-4711'),
      'it refused the user or password',
    ],
    [
      'a database that is not there',
      (url: URL) => (url.pathname = 'missing'),
      'there is no database of that name',
    ],
    ['a port where nobody listens', (url: URL) => (url.port = '1'), 'nothing listens there'],
    ['a host that nobody knows', (url: URL) => (url.hostname = 'db.invalid'), 'host name'],
  ])(
    'cannot be reached through %s, and the message holds no password',
    async (_, change, reason) => {
      const url = new URL(fresh.url ?? '');
      change(url);
      const attempt = openPostgres({ url: url.href, schema: 'public', onError: () => undefined });
      const error: unknown = await attempt.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'database.unreachable', kind: 'upstream' });
      const text = `${String(error)} ${JSON.stringify(error)} ${error instanceof Error ? error.stack : ''}`;
      expect(text).toContain(url.hostname);
      expect(text).toContain(reason);
      expect(text).not.toContain(url.password);
      expect(text).not.toContain(url.username);
    },
  );

  test('is refused where only reading is allowed', async () => {
    const url = new URL(fresh.url ?? '');
    const name = url.pathname.slice(1);
    await admin.db.query(
      `alter role current_user in database ${name} set default_transaction_read_only = on`,
    );
    const attempt = openPostgres({ url: url.href, schema: 'public', onError: () => undefined });
    await expect(attempt).rejects.toMatchObject({ code: 'database.read_only' });
    await admin.db.query(`alter role current_user in database ${name} reset all`);
  });

  test('with other habits (zone, dates, schema) is spoken to as always', async () => {
    const url = new URL(fresh.url ?? '');
    const role = `alter role current_user in database ${url.pathname.slice(1)}`;
    await admin.db.query(`${role} set TimeZone = 'Asia/Kathmandu'`);
    await admin.db.query(`${role} set DateStyle = 'SQL, DMY'`);
    await admin.db.query(`${role} set bytea_output = 'escape'`);
    const db = await openPostgres({ url: url.href, schema: 'public', onError: () => undefined });
    const { rows } = await db.query(
      `select '2025-05-14T15:30:00Z'::timestamptz as at, '\\x00ff'::bytea as body, current_schema() as schema`,
    );
    expect(rows).toEqual([
      { at: '2025-05-14T15:30:00.000000Z', body: new Uint8Array([0, 255]), schema: 'public' },
    ]);
    await db.close();
    await admin.db.query(`${role} reset all`);
  });
});
