/** Statements that the server keeps ready: used again, bounded, and unharmed by what happens around them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { createStatementNames } from './statement-names.ts';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await freshDatabase('postgres', { migrated: false, max: 1 });
});
afterAll(() => fresh.drop());

it('a statement is kept ready by the server and asked for again under the same name', async () => {
  const text = 'select $1::int4 + 1 as more';
  for (const given of [1, 2, 3]) {
    const { rows } = await fresh.db.query<{ more: number }>(text, [given]);
    expect(rows).toEqual([{ more: given + 1 }]);
  }
  const { rows } = await fresh.db.query<{ uses: number }>(
    'select (generic_plans + custom_plans)::int4 as uses from pg_prepared_statements where statement = $1',
    [text],
  );
  expect(rows).toEqual([{ uses: 3 }]);
});

it('a statement outlives a change of its table by a column that it does not name', async () => {
  const { db } = fresh;
  await db.script('create table cups (id int4); insert into cups values (1)');
  const read = (): Promise<unknown> => db.query('select id from cups').then(({ rows }) => rows);
  expect(await read()).toEqual([{ id: 1 }]);
  await db.script('alter table cups add column glaze text');
  expect(await read()).toEqual([{ id: 1 }]);
});

it('a statement that fails, and the rollback after it, can be asked for again', async () => {
  const { db } = fresh;
  const divide = (by: number): Promise<unknown> =>
    db.tx((tx) => tx.query('select 1 / $1::int4 as part', [by])).then(({ rows }) => rows);
  await expect(divide(0)).rejects.toMatchObject({ sqlstate: '22012' });
  await expect(divide(0)).rejects.toMatchObject({ sqlstate: '22012' });
  expect(await divide(1)).toEqual([{ part: 1 }]);
});

it('texts without end are not all given a name', () => {
  const nameOf = createStatementNames();
  const names = Array.from({ length: 1100 }, (_, number) => nameOf(`select ${number}`));
  expect(names.filter((name) => name === undefined).length).toBe(100);
  expect(new Set(names.filter((name) => name !== undefined)).size).toBe(1000);
  expect(nameOf('select 1')).toBe(names[1]);
});
