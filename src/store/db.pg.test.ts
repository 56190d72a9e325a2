/** The database contract: one SQL text gives the same values, counts and errors on both engines. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, freshDatabase } from '../../test/harness/database.ts';
import type { FreshDatabase } from '../../test/harness/database.ts';
import { DatabaseError, isUniqueViolation } from './database-error.ts';

describe.each(engines)('a database on %s', (engine) => {
  let fresh: FreshDatabase;
  beforeAll(async () => {
    fresh = await freshDatabase(engine, { migrated: false });
    await fresh.db.script('create table things (id int primary key, name text, body bytea)');
  });
  afterAll(() => fresh.drop());

  async function one(text: string, params: readonly unknown[] = []): Promise<unknown> {
    const { rows } = await fresh.db.query<{ value: unknown }>(`select ${text} as value`, params);
    return rows[0]?.value;
  }

  test.each([
    [
      'a time keeps its microseconds',
      `'2025-05-14T15:30:00.123456Z'::timestamptz`,
      '2025-05-14T15:30:00.123456Z',
    ],
    [
      'a whole second has six digits',
      `'2025-05-14 17:30:00+02'::timestamptz`,
      '2025-05-14T15:30:00.000000Z',
    ],
    [
      'trailing zeros come back',
      `'2025-05-14T15:30:00.120000Z'::timestamptz`,
      '2025-05-14T15:30:00.120000Z',
    ],
    ['a time without value', 'null::timestamptz', null],
    ['the end of time stays a word', `'infinity'::timestamptz`, 'infinity'],
    ['a date', `'2024-02-29'::date`, '2024-02-29'],
    ['a large integer', '9007199254740991::int8', 9007199254740991],
    ['a count', `(select count(*) from generate_series(1, 3))`, 3],
    ['a small integer', '7::int2', 7],
    ['a fraction', '0.5::float8', 0.5],
    ['a decimal keeps its digits', '12345678901234567890.10::numeric', '12345678901234567890.10'],
    ['truth', 'true', true],
    ['text', `'Zoë 🎈'::text`, 'Zoë 🎈'],
    ['an enum-like varchar', `'x'::varchar(3)`, 'x'],
    [
      'an id',
      `'0198c5a6-0000-7000-8000-000000000001'::uuid`,
      '0198c5a6-0000-7000-8000-000000000001',
    ],
    ['json', `'{"a":[1,null,"ü"]}'::jsonb`, { a: [1, null, 'ü'] }],
    ['json null is null', `'null'::jsonb`, null],
    [
      'texts',
      `array['a', null, 'NULL', '', 'x"y\\z', '{,}']`,
      ['a', null, 'NULL', '', 'x"y\\z', '{,}'],
    ],
    ['no texts', `'{}'::text[]`, []],
    ['integers', 'array[1, 2]::int8[]', [1, 2]],
    [
      'a matrix',
      'array[[1, 2], [3, 4]]',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['times', `array['2025-01-01T00:00:00Z'::timestamptz]`, ['2025-01-01T00:00:00.000000Z']],
    [
      'ids',
      `array['0198c5a6-0000-7000-8000-000000000001'::uuid]`,
      ['0198c5a6-0000-7000-8000-000000000001'],
    ],
    ['json values in a row', `array['{"a":1}'::jsonb]`, [{ a: 1 }]],
    ['an unknown type stays text', `'(1,2)'::point`, '(1,2)'],
  ])('%s comes out right', async (_, text, expected) => {
    expect(await one(text)).toEqual(expected);
  });

  test('a bigint that a number cannot hold is refused instead of rounded', async () => {
    await expect(one('9007199254740993::int8')).rejects.toMatchObject({
      code: 'database.integer_too_large',
    });
    expect(await one('1')).toBe(1);
  });

  test.each([
    ['text', `$1::text`, 'O’Hara \\ "x"'],
    ['an integer', '$1::int', 42],
    ['an integer as text', `$1::text`, 42, '42'],
    ['a large integer', '$1::int8', 9007199254740991],
    ['a fraction', '$1::float8', 1.5],
    ['truth', '$1::boolean', false],
    ['nothing', '$1::text', null],
    ['texts', '$1::text[]', ['a,b', '{"', '', 'NULL', null, '\\']],
    ['numbers', '$1::int[]', [3, 1, 2]],
    ['no texts', '$1::text[]', []],
    ['a time', '$1::timestamptz', '2025-05-14T15:30:00.123456Z'],
    ['json text', '$1::jsonb', '{"a":"\\"ü"}', { a: '"ü' }],
    ['a json string', '$1::jsonb', '"x"', 'x'],
    ['bytes', '$1::bytea', new Uint8Array([0, 255, 92, 120])],
    [
      'part of a buffer',
      '$1::bytea',
      new Uint8Array([9, 1, 2, 9]).subarray(1, 3),
      new Uint8Array([1, 2]),
    ],
    ['no bytes', '$1::bytea', new Uint8Array()],
  ])('%s goes in and comes out', async (_, text, given, expected: unknown = given) => {
    expect(await one(text, [given])).toEqual(expected);
  });

  test('count is what was returned, or changed where nothing is returned', async () => {
    const { db } = fresh;
    const insert = `insert into things select n, 'n' from generate_series(1, 3) n`;
    expect(await db.query(insert)).toEqual({ rows: [], count: 3 });
    expect((await db.query('select id from things where id > 1')).count).toBe(2);
    expect((await db.query(`update things set name = 'm' where id = 9`)).count).toBe(0);
    const returned = await db.query('delete from things returning id');
    expect([returned.count, returned.rows.length]).toEqual([3, 3]);
    expect((await db.query('create temp table passing ()')).count).toBe(0);
  });

  test('one text is one statement', async () => {
    await expect(fresh.db.query('select 1; select 2')).rejects.toMatchObject({ sqlstate: '42601' });
    await fresh.db.script('select 1; select 2');
  });

  test('names resolve in the schema, clocks in UTC, whatever the server prefers', async () => {
    const { rows } = await fresh.db.query(
      `select current_setting('TimeZone') as zone, current_schema() as schema`,
    );
    expect(rows).toEqual([{ zone: 'UTC', schema: 'public' }]);
    expect(await fresh.db.clock()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  test('a second row with the same key is a conflict that names the constraint', async () => {
    await fresh.db.query(`insert into things (id) values (50)`);
    const again = fresh.db.query(`insert into things (id, name) values (50, 'ann@example.com')`);
    await expect(again).rejects.toMatchObject({
      kind: 'conflict',
      code: 'database.unique_violation',
      sqlstate: '23505',
      constraint: 'things_pkey',
      table: 'things',
    });
    const error: unknown = await again.catch((thrown: unknown) => thrown);
    expect(isUniqueViolation(error, 'things_pkey')).toBe(true);
    expect(isUniqueViolation(error, 'others_pkey')).toBe(false);
  });

  test.each([
    ['a row that breaks a rule', `insert into things (id, name) values (null, 'secret-4711')`, []],
    ['a value that cannot be read', 'select $1::int', ['secret-4711']],
    ['a time that does not exist', 'select $1::timestamptz', ['2024-02-30 secret-4711']],
    ['broken json', 'select $1::jsonb', ['{"secret-4711']],
    ['an exception with data', `do $$ begin raise exception 'secret-4711'; end $$`, []],
  ])('%s is refused without repeating the data', async (_, text, params) => {
    const error: unknown = await fresh.db.query(text, params).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DatabaseError);
    expect(everythingIn(error)).not.toContain('secret-4711');
    expect(await one('1')).toBe(1);
  });

  test('a wrong statement says what is wrong with it', async () => {
    await expect(fresh.db.query('select nonsense from things')).rejects.toMatchObject({
      code: 'database.bad_statement',
      message: expect.stringContaining('column "nonsense" does not exist'),
    });
  });
});

function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const fields = Object.getOwnPropertyNames(error).map((name) => String(Reflect.get(error, name)));
  return [String(error), ...fields, everythingIn(error.cause ?? '')].join('\n');
}
