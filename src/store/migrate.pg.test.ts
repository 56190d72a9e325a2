/** Migrations on both engines: each file once and whole, nothing on top of somebody else's tables. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, freshDatabase } from '../../test/harness/database.ts';
import type { FreshDatabase } from '../../test/harness/database.ts';
import { migrate, migrationStatus, rehearseMigration } from './migrate.ts';

const FIRST = '-- the first table\ncreate table first (id int);\n';

describe.each(engines)('migrations on %s', (engine) => {
  const schema = 'of its own';
  let fresh: FreshDatabase;
  let dir: string;
  beforeEach(async () => {
    fresh = await freshDatabase(engine, { migrated: false, schema });
    dir = mkdtempSync(join(tmpdir(), 'calendly-sync-migrations-'));
    file('001_first.sql', FIRST);
    file('005_second.sql', 'create table second (id int); insert into first values (5);');
  });
  afterEach(async () => {
    rmSync(dir, { recursive: true });
    await fresh.drop();
  });

  function file(name: string, sql: string): void {
    writeFileSync(join(dir, name), sql);
  }

  async function run(only?: (migration: { number: number }) => boolean): Promise<string[]> {
    const done = await migrate({ db: fresh.db, dir, schema, ...(only && { only }) });
    return done.map((migration) => migration.file);
  }

  async function rowsOf(table: string): Promise<unknown[]> {
    return (await fresh.db.query(`select * from ${table}`)).rows;
  }

  async function tables(): Promise<unknown[]> {
    const { rows } = await fresh.db.query(
      `select table_schema || '.' || table_name as name from information_schema.tables
        where table_schema in ($1, 'public') order by 1`,
      [schema],
    );
    return rows.map((row) => row['name']);
  }

  test('run in number order over gaps, into the schema that is meant, and are remembered', async () => {
    const logged: string[] = [];
    await migrate({ db: fresh.db, dir, schema, log: (message) => logged.push(message) });
    expect(logged).toEqual(['Applied migration 001_first.sql', 'Applied migration 005_second.sql']);
    expect(await tables()).toEqual(
      ['first', 'schema_migrations', 'second'].map((name) => `${schema}.${name}`),
    );
    expect(await rowsOf('schema_migrations order by number')).toMatchObject([
      { number: 1, name: 'first', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { number: 5, name: 'second', applied_at: expect.stringMatching(/^\d{4}-.*Z$/) },
    ]);
  });

  test('run once: the second time there is nothing to do', async () => {
    expect(await run()).toHaveLength(2);
    expect(await run()).toEqual([]);
    expect(await rowsOf('first')).toEqual([{ id: 5 }]);
  });

  test('that come later run, also with a number in a gap', async () => {
    await run();
    file('003_between.sql', 'create table between_them ()');
    file('021_documents.sql', 'create table documents ()');
    expect(await run((migration) => migration.number < 20)).toEqual(['003_between.sql']);
    expect(await run()).toEqual(['021_documents.sql']);
  });

  test('are told apart as applied and pending without changing anything', async () => {
    const before = await migrationStatus({ db: fresh.db, dir, schema });
    expect(before.pending.map(({ number }) => number)).toEqual([1, 5]);
    expect(await tables()).toEqual([]);
    await run((migration) => migration.number === 1);
    const after = await migrationStatus({ db: fresh.db, dir, schema });
    expect(after.applied.map(({ number }) => number)).toEqual([1]);
    expect(after.pending.map(({ number }) => number)).toEqual([5]);
  });

  test('can be rehearsed: what would run is named, what would fail fails, nothing stays', async () => {
    const rehearsed = await rehearseMigration({ db: fresh.db, dir, schema });
    expect(rehearsed.map(({ number }) => number)).toEqual([1, 5]);
    file('006_broken.sql', 'insert into missing values (1)');
    await expect(rehearseMigration({ db: fresh.db, dir, schema })).rejects.toMatchObject({
      code: 'migration.failed',
    });
    expect(await tables()).toEqual([]);
  });

  test('that fail leave the ones before them and nothing of themselves', async () => {
    file('006_broken.sql', 'create table third (id int); insert into third values (1 / 0);');
    await expect(run()).rejects.toMatchObject({
      code: 'migration.failed',
      message: expect.stringContaining('006_broken.sql'),
    });
    expect(await rowsOf('schema_migrations')).toHaveLength(2);
    expect(await tables()).not.toContain(`${schema}.third`);
    file('006_broken.sql', 'create table third (id int)');
    expect(await run()).toEqual(['006_broken.sql']);
  });

  test('that were edited after they ran are refused by name, line ends aside', async () => {
    await run();
    file('001_first.sql', 'create table first (id bigint);');
    await expect(run()).rejects.toMatchObject({
      code: 'migration.edited',
      message: expect.stringContaining('001_first.sql'),
    });
    file('001_first.sql', FIRST.replaceAll('\n', '\r\n'));
    expect(await run()).toEqual([]);
  });

  test('of a newer program stop an older one', async () => {
    file('007_newer.sql', 'create table newer ()');
    await run();
    rmSync(join(dir, '007_newer.sql'));
    await expect(run()).rejects.toMatchObject({
      code: 'migration.unknown',
      message: expect.stringContaining('007_newer'),
    });
  });

  test('do not touch tables of another program: each one in the way is named', async () => {
    await fresh.db.script(
      `create schema "of its own"; create table second (theirs text); create view first as select 1`,
    );
    await expect(run()).rejects.toMatchObject({
      code: 'database.foreign_table',
      message: `Tables of another program are in the way in schema ${schema}: first, second`,
    });
    expect(await tables()).toEqual([`${schema}.first`, `${schema}.second`]);
  });

  test('do not take another program’s history for ours', async () => {
    await fresh.db.script(
      `create schema "of its own"; create table schema_migrations (version text primary key)`,
    );
    await expect(run()).rejects.toMatchObject({
      code: 'database.foreign_table',
      message: expect.stringContaining('schema_migrations'),
    });
  });

  test('live beside another program’s tables in another schema', async () => {
    await fresh.db.script('create table public.first (theirs text)');
    expect(await run()).toHaveLength(2);
    expect(await rowsOf('public.first')).toEqual([]);
  });
});
