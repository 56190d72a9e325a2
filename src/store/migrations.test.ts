/** Migration files: names, order, and that they leave transactions to the runner. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MIGRATIONS_DIR } from '../../test/harness/migrations-dir.ts';
import { readMigrations } from './migrations.ts';

describe('migration files', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'calendly-sync-migrations-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  function file(name: string, sql = 'select 1'): void {
    writeFileSync(join(dir, name), sql);
  }

  test('come in number order, other files aside', () => {
    file('022_late.sql');
    file('003_early_one.sql');
    file('README.md');
    expect(readMigrations(dir)).toMatchObject([
      { number: 3, name: 'early_one', file: '003_early_one.sql' },
      { number: 22, name: 'late', file: '022_late.sql' },
    ]);
  });

  test('with one number twice are refused, both named', () => {
    file('007_a.sql');
    file('007_b.sql');
    expect(() => readMigrations(dir)).toThrow(/007_a\.sql and 007_b\.sql/);
  });

  test.each(['7_short.sql', '007-dash.sql', 'seven.sql', '007_Upper.sql'])(
    'named %s are refused',
    (name) => {
      file(name);
      expect(() => readMigrations(dir)).toThrow(name);
    },
  );

  test.each([
    ['BEGIN', 'begin; create table a (); commit;'],
    ['COMMIT', 'create table a ();\nCommit Work;'],
    ['START TRANSACTION', 'start\n transaction; select 1'],
    ['ROLLBACK', '/* */ rollback'],
    ['END', 'create table a (); end'],
    ['SAVEPOINT', 'savepoint x'],
  ])('with %s of their own are refused', (word, sql) => {
    file('001_own.sql', sql);
    expect(() => readMigrations(dir)).toThrow(`001_own.sql contains ${word}`);
  });

  test('may say those words in comments, strings, bodies and names', () => {
    file(
      '001_fine.sql',
      `-- commit;
       comment on table a is 'begin; commit;';
       do $$ begin perform 1; end $$;
       alter table a add column commit int, add column end_time int`,
    );
    expect(readMigrations(dir)).toHaveLength(1);
  });

  test('tell which tables they make, where they would not take one that exists', () => {
    file(
      '001_tables.sql',
      `create table plain (id int); CREATE UNLOGGED TABLE Fast (); create table "Quo""ted" ();
       create table if not exists tolerant (); create temp table passing (); -- create table not_this ()`,
    );
    expect(readMigrations(dir)[0]?.creates).toEqual(['plain', 'fast', 'Quo"ted']);
  });

  test('of the project are well-formed', () => {
    const migrations = readMigrations(MIGRATIONS_DIR);
    expect(migrations[0]?.creates).toContain('users');
  });
});
