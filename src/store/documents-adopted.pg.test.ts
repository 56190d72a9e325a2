/** Documents of an older installation find their workspace, and stay behind the wall until it is known. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { runFile } from '../../test/harness/migration-file.ts';
import { MIGRATIONS_DIR } from '../../test/harness/migrations-dir.ts';
import { rowsOf } from '../../test/harness/mirror-rows.ts';
import { systemRandom } from '../base/random.ts';
import { newId, type IdSource } from '../domain/id.ts';
import { adoptDocuments } from './document-edits.ts';
import { migrate } from './migrate.ts';
import { tenantsOf } from './tenants.ts';

const ids: IdSource = {
  now: () => 1_750_000_000_000,
  bytes: (length) => systemRandom.bytes(length),
};
const AT = '2026-01-01T00:00:00.000000Z';
const ACROSS = `set local calendly_sync.system = 'on'`;

describe('documents of an older installation become', () => {
  let fresh: FreshDatabase;
  beforeEach(async () => {
    fresh = await freshDatabase('postgres', { migrated: false });
    await migrateTo(19);
  });
  afterEach(() => fresh.drop());

  async function migrateTo(most: number): Promise<void> {
    const only = ({ number }: { number: number }): boolean => number <= most;
    await migrate({ db: fresh.db, dir: MIGRATIONS_DIR, schema: 'public', only });
  }

  async function across(text: string, params: readonly unknown[] = []): Promise<unknown[]> {
    return fresh.db.tx(async (tx) => (await tx.query(text, params)).rows, ACROSS);
  }

  async function workspace(): Promise<string> {
    const id = newId(ids);
    await across(`insert into workspaces (id, name, created_at) values ($1, 'W', $2)`, [id, AT]);
    return id;
  }

  async function older(name: string, link: Record<string, string> = {}): Promise<void> {
    const columns = { file_name: name, storage_path: name, ...link };
    const values = Object.keys(columns).map((_, index) => `$${index + 1}`);
    await across(
      `insert into client_documents (${Object.keys(columns).join(', ')}) values (${values.join(', ')})`,
      Object.values(columns),
    );
  }

  async function whose(): Promise<Record<string, unknown>> {
    const found = await across('select file_name, workspace_id from client_documents order by 1');
    return Object.fromEntries(
      found.map((row) => {
        const { file_name, workspace_id } = row as Record<string, string | null>;
        return [file_name, workspace_id];
      }),
    );
  }

  test('that of their meeting, else of their client, else of who brought them', async () => {
    const [one, other] = [await workspace(), await workspace()];
    const rows = rowsOf(tenantsOf(fresh.db).of(other), other, ids);
    const meeting = await rows.meeting();
    const client = await rows.client('of@example.com');
    const user = newId(ids);
    await across(
      `insert into users (workspace_id, id, email, email_key, created_at) values ($1, $2, 'u@e.x', 'u@e.x', $3)`,
      [one, user, AT],
    );
    await migrateTo(20);
    await older('client', { client_id: client });
    await older('user', { uploaded_by: user });
    await older('nobody');
    await across(
      `insert into meeting_documents (meeting_id, file_name, storage_path) values ($1, 'meeting', 'p')`,
      [meeting.id],
    );
    await migrateTo(999);
    expect(await whose()).toEqual({ client: other, meeting: other, user: one, nobody: null });
    await fresh.db.tx(adoptDocuments, ACROSS);
    expect(await whose()).toMatchObject({ nobody: null });
    const seen = await tenantsOf(fresh.db).of(one).query('select file_name from client_documents');
    expect(seen.rows).toEqual([{ file_name: 'user' }]);
  });

  test('the only one, also where that one is made later', async () => {
    await migrateTo(20);
    await older('early');
    await migrateTo(999);
    expect(await whose()).toEqual({ early: null });
    const id = await workspace();
    await fresh.db.tx(adoptDocuments, ACROSS);
    expect(await whose()).toEqual({ early: id });
    await older('late');
    await workspace();
    await fresh.db.tx(adoptDocuments, ACROSS);
    expect(await whose()).toEqual({ early: id, late: null });
  });
});

test('020 and 021 run again after all others, by psql as the ordinary owner', async () => {
  const fresh = await freshDatabase('postgres');
  const run = (name: string): Promise<string> =>
    runFile(fresh.url ?? '', join(MIGRATIONS_DIR, name));
  try {
    await run('020_document_tables.sql');
    await fresh.db.script(
      `insert into meeting_documents (file_name, storage_path) values ('late.pdf', 'p')`,
    );
    await run('021_full_document_consolidation.sql');
    await run('021_full_document_consolidation.sql');
    const [rows, rules] = await fresh.db.tx(async (tx) => {
      const found = await tx.query(`select file_name, upload_source from client_documents`);
      const kept = await tx.query(
        `select conname::text as name from pg_constraint
         where conrelid = 'client_documents'::regclass and contype in ('f', 'c') order by 1`,
      );
      return [found.rows, kept.rows.map((row) => row['name'])];
    }, ACROSS);
    expect(rows).toEqual([{ file_name: 'late.pdf', upload_source: 'migrated' }]);
    expect(rules).toEqual([
      'client_documents_bytes_kept',
      'client_documents_file_category_known',
      'client_documents_upload_source_known',
      'client_documents_whole',
      'client_documents_workspace_id_fkey',
    ]);
  } finally {
    await fresh.drop();
  }
});
