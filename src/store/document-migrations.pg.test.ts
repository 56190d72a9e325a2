/** 020 and 021, the migrations of the older documents: every state that they may find, by the runner and by psql, no row lost. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Engine, freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { runFile } from '../../test/harness/migration-file.ts';
import { MIGRATIONS_DIR } from '../../test/harness/migrations-dir.ts';
import { migrate } from './migrate.ts';

const TABLES = '020_document_tables.sql';
const CONSOLIDATION = '021_full_document_consolidation.sql';
const [SAME, FIRST, SECOND, THIRD] = [1, 2, 3, 4].map(
  (n) => `00000000-0000-4000-8000-00000000000${n}`,
);
const MEETING = '00000000-0000-4000-8000-0000000000aa';
const CLIENT = '00000000-0000-4000-8000-0000000000bb';

/** As an application of old times left them: rules of its own, a column that only it had, rows of every sort. */
const OLDER = `
  create table older_meetings (id uuid primary key);
  create table older_clients (id uuid primary key);
  create table client_documents (
    id uuid primary key, client_id uuid not null references older_clients on delete cascade,
    file_name text not null, original_name text, file_type text,
    file_category text check (file_category in ('image', 'document', 'sheet')), file_size bigint,
    storage_path text not null unique, storage_bucket text, uploaded_by uuid, uploaded_at timestamptz,
    is_deleted boolean, deleted_at timestamptz, metadata jsonb);
  create table meeting_documents (
    id uuid primary key, meeting_id uuid not null references older_meetings on delete cascade,
    file_name text not null, original_name text, file_type text, file_category text, file_size bigint,
    storage_path text not null, storage_bucket text, uploaded_by uuid, uploaded_at timestamptz,
    is_deleted boolean, deleted_at timestamptz, metadata jsonb, only_here text);
  insert into older_meetings values ('${MEETING}');
  insert into older_clients values ('${CLIENT}');`;

const ROWS = `
  insert into client_documents (id, client_id, file_name, file_category, storage_path, uploaded_at, is_deleted, metadata)
  values ('${SAME}', '${CLIENT}', 'same.pdf', 'document', 'p/1', '2024-01-01T00:00:00Z', false, '{"a": 1}'),
    ('${FIRST}', '${CLIENT}', 'first.png', 'image', 'p/2', '2024-01-02T00:00:00Z', true, '{}');
  insert into meeting_documents (id, meeting_id, file_name, original_name, file_type, file_category, file_size,
    storage_path, storage_bucket, uploaded_at, is_deleted, deleted_at, metadata)
  values ('${SAME}', '${MEETING}', 'm-same.pdf', 'Same.pdf', 'application/pdf', 'document', 7, 'p/1', 'papers',
      '2024-02-01T00:00:00Z', false, null, '{"b": 2}'),
    ('${SECOND}', '${MEETING}', 'second.mp3', null, null, 'audio', null, 'p/4', null, '2024-02-02T00:00:00Z', true,
      '2024-02-03T00:00:00Z', '{}'),
    ('${THIRD}', '${MEETING}', 'third.mp3', null, null, 'audio', null, 'p/4', null, '2024-02-02T00:00:00Z', false,
      null, '{}');`;

interface Moved {
  id: string;
  file_name: string;
  meeting_id: string | null;
  upload_source: string;
  metadata: { migrated_from?: Record<string, unknown> };
}

/** Runs one file: by the runner's own way of running scripts, or by psql. */
type Run = (name: string) => Promise<void>;

const WAYS: readonly [way: string, engine: Engine, run: (fresh: FreshDatabase) => Run][] = [
  ['the runner on postgres', 'postgres', throughRunner],
  ['the runner on pglite', 'pglite', throughRunner],
  ['psql', 'postgres', throughPsql],
];

function throughRunner({ db }: FreshDatabase): Run {
  return async (name) => {
    // as if it had not run yet: the second time is one of the states that it may find
    await db.script('drop table if exists schema_migrations');
    const number = Number(name.slice(0, 3));
    const only = (migration: { number: number }): boolean => migration.number === number;
    await migrate({ db, dir: MIGRATIONS_DIR, schema: 'public', only });
  };
}

function throughPsql({ url }: FreshDatabase): Run {
  return async (name) => {
    const output = await runFile(url ?? '', join(MIGRATIONS_DIR, name));
    expect(output, name).not.toMatch(/^\(\d+ rows?\)$/m);
  };
}

describe.each(WAYS)('by %s', (_way, engine, runBy) => {
  let fresh: FreshDatabase;
  let run: Run;
  beforeEach(async () => {
    fresh = await freshDatabase(engine, { migrated: false });
    run = runBy(fresh);
  });
  afterEach(() => fresh.drop());

  async function documents(): Promise<Moved[]> {
    const { rows } = await fresh.db.query<Moved>(
      `select id, file_name, meeting_id, upload_source, metadata from client_documents order by file_name`,
    );
    return rows;
  }

  async function expectConsolidated(): Promise<void> {
    const { rows } = await fresh.db.query(
      `select to_regclass('meeting_documents')::text as older,
         (select count(*) from pg_constraint where conrelid = 'client_documents'::regclass and contype = 'f') as keys,
         (select count(*) from pg_attribute a where a.attrelid = 'client_documents'::regclass and a.attnum > 0
           and not a.attisdropped and col_description(a.attrelid, a.attnum) is null) as uncommented,
         obj_description('client_documents'::regclass) is not null as commented,
         (select count(*) from pg_indexes where tablename = 'client_documents') > 4 as indexed,
         (select string_agg(a.attname::text, ' ') from pg_attribute a where a.attrelid = 'client_documents'::regclass
           and a.attnum > 0 and a.attnotnull and a.attname in ('client_id', 'meeting_id')) as demanded`,
    );
    expect(rows).toEqual([
      { older: null, keys: 0, uncommented: 0, commented: true, indexed: true, demanded: null },
    ]);
    const add = (source: string): Promise<unknown> =>
      fresh.db.query(
        `insert into client_documents (file_name, storage_path, upload_source) values ('x', 'p', $1)`,
        [source],
      );
    for (const source of [
      'meetings_page',
      'clients_page',
      'manual',
      'api',
      'migrated',
      'unknown',
    ]) {
      await add(source);
    }
    await expect(add('elsewhere')).rejects.toMatchObject({ sqlstate: '23514' });
    await fresh.db.query(`delete from client_documents where file_name = 'x'`);
  }

  function expectAllRows(found: readonly Moved[]): void {
    expect(found.map((row) => [row.file_name, row.meeting_id, row.upload_source])).toEqual([
      ['first.png', null, 'unknown'],
      ['m-same.pdf', MEETING, 'migrated'],
      ['same.pdf', null, 'unknown'],
      ['second.mp3', MEETING, 'migrated'],
      ['third.mp3', MEETING, 'migrated'],
    ]);
    const byName = new Map(found.map((row) => [row.file_name, row]));
    expect([byName.get('same.pdf')?.id, byName.get('second.mp3')?.id]).toEqual([SAME, SECOND]);
    expect(byName.get('m-same.pdf')?.id).not.toBe(SAME);
    expect(byName.get('m-same.pdf')?.metadata).toMatchObject({
      b: 2,
      migrated_from: {
        table: 'meeting_documents',
        id: SAME,
        meeting_id: MEETING,
        original_name: 'Same.pdf',
        storage_bucket: 'papers',
        metadata: { b: 2 },
      },
    });
  }

  test('an empty database gets the one table, and nothing happens the second time', async () => {
    await run(CONSOLIDATION);
    await expectConsolidated();
    await run(CONSOLIDATION);
    await expectConsolidated();
    expect(await documents()).toEqual([]);
  });

  test('rows in both tables are in one afterwards, and still there the second time', async () => {
    await run(TABLES);
    await fresh.db.script(ROWS);
    await run(CONSOLIDATION);
    const moved = await documents();
    expectAllRows(moved);
    await expectConsolidated();
    await run(CONSOLIDATION);
    expect(await documents()).toEqual(moved);
  });

  test('without meeting_documents the other table is brought to its new form', async () => {
    await run(TABLES);
    await fresh.db.script(`${ROWS} drop table meeting_documents`);
    await run(CONSOLIDATION);
    expect((await documents()).map((row) => row.file_name)).toEqual(['first.png', 'same.pdf']);
    await expectConsolidated();
  });

  test('tables that an older program left are kept whole, its cascades and rules are off', async () => {
    await fresh.db.script(OLDER + ROWS);
    await fresh.db.script(`
      update meeting_documents set only_here = 'kept', metadata = '[1]' where id = '${SECOND}';
      update meeting_documents set metadata = null, is_deleted = null where id = '${THIRD}';
      insert into client_documents (id, client_id, file_name, file_category, storage_path, is_deleted, deleted_at, metadata)
      values ('${THIRD}', '${CLIENT}', 'z.xls', 'sheet', 'p/9', null, '2024-05-05T00:00:00Z', '"odd"')`);
    await run(TABLES);
    await run(CONSOLIDATION);
    const found = await documents();
    expect(found.map((row) => row.file_name)).toEqual([
      'first.png',
      'm-same.pdf',
      'same.pdf',
      'second.mp3',
      'third.mp3',
      'z.xls',
    ]);
    const metadata = Object.fromEntries(found.map((row) => [row.file_name, row.metadata]));
    expect(metadata).toMatchObject({
      'second.mp3': { migrated_from: { only_here: 'kept', metadata: [1] } },
      'z.xls': { metadata: 'odd', older_category: 'sheet' },
    });
    await fresh.db.script('delete from older_meetings; delete from older_clients');
    expect(await documents()).toHaveLength(6);
    const { rows } = await fresh.db.query(
      `select file_name from client_documents where is_deleted order by 1`,
    );
    expect(rows.map((row) => row['file_name'])).toEqual(['first.png', 'second.mp3', 'z.xls']);
    await expectConsolidated();
  });

  test('a row that an older program still writes comes over the next time; a view keeps its table', async () => {
    await fresh.db.script(OLDER + ROWS);
    await fresh.db.script('create view mine as select id from meeting_documents');
    await run(CONSOLIDATION);
    await fresh.db.script(`insert into meeting_documents (id, meeting_id, file_name, storage_path)
      values ('${FIRST}', '${MEETING}', 'late.pdf', 'p/late')`);
    await run(CONSOLIDATION);
    expect((await documents()).map((row) => row.file_name)).toContain('late.pdf');
    expect(await documents()).toHaveLength(6);
    const { rows } = await fresh.db.query('select count(*) as left from meeting_documents');
    expect(rows).toEqual([{ left: 0 }]);
  });

  test('a table of another program under the same name is left alone, and named', async () => {
    await fresh.db.script('create table client_documents (id serial primary key, body text)');
    const failure: unknown = await run(TABLES).catch((error: unknown) => error);
    const said = failure instanceof Error ? `${failure.message}` : '';
    expect(said).toContain('Tables of another program are in the way: client_documents');
    const { rows } = await fresh.db.query(`select to_regclass('meeting_documents')::text as made`);
    expect(rows).toEqual([{ made: null }]);
  });
});
