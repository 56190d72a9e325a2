/** The project's own migrations: with many processes starting at once, without rights, and through psql. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { freshDatabase } from '../../test/harness/database.ts';
import type { FreshDatabase } from '../../test/harness/database.ts';
import { runFile } from '../../test/harness/migration-file.ts';
import { MIGRATIONS_DIR } from '../../test/harness/migrations-dir.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './postgres.ts';

const STARTER = fileURLToPath(new URL('../../test/harness/start-migration.ts', import.meta.url));
const FILES = readdirSync(MIGRATIONS_DIR)
  .filter((name) => name.endsWith('.sql'))
  .toSorted();

describe('the project’s migrations', () => {
  let fresh: FreshDatabase;
  beforeEach(async () => {
    fresh = await freshDatabase('postgres', { migrated: false });
  });
  afterEach(() => fresh.drop());

  test('run exactly once when four processes start at once', async () => {
    const starters = Array.from({ length: 4 }, () =>
      spawn(process.execPath, [STARTER, fresh.url ?? '', 'elsewhere'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    const outputs = starters.map((starter) => collect(starter.stdout));
    await Promise.all(starters.map((starter) => once(starter.stdout, 'data')));
    for (const starter of starters) starter.stdin.end('go');
    const applied = (await Promise.all(outputs)).flatMap((output) =>
      output.split('\n').filter((line) => line.endsWith('.sql')),
    );
    expect(applied.toSorted()).toEqual(FILES);
    const { rows } = await fresh.db.query(
      'select number from elsewhere.schema_migrations order by 1',
    );
    expect(rows).toHaveLength(FILES.length);
  });

  test('say what right is missing when the role may not make tables', async () => {
    await fresh.db.script(
      'revoke all on schema public from public; alter schema public owner to pg_database_owner',
    );
    const role = `visitor_${process.pid}`;
    await fresh.db.script(
      `create role ${role} login password 'pw'; grant usage on schema public to ${role}`,
    );
    const url = new URL(fresh.url ?? '');
    url.username = role;
    url.password = 'pw';
    const db = await openPostgres({ url: url.href, schema: 'public', onError: () => undefined });
    await expect(migrate({ db, dir: MIGRATIONS_DIR, schema: 'public' })).rejects.toMatchObject({
      kind: 'denied',
      code: 'migration.not_allowed',
      action: expect.stringContaining('right to create tables'),
    });
    await db.close();
    await fresh.db.script(`revoke all on schema public from ${role}; drop role ${role}`);
  });

  test('run one by one through psql and print no rows', async () => {
    if (inject('postgres').psql === null) {
      console.warn(
        'No psql beside these PostgreSQL binaries: files run through the driver instead',
      );
    }
    for (const name of FILES) {
      const output = await runFile(fresh.url ?? '', join(MIGRATIONS_DIR, name));
      expect(output, name).not.toMatch(/^\(\d+ rows?\)$/m);
    }
    const { rows } = await fresh.db.query(
      `select (select count(*) from pg_tables where schemaname = 'public') as tables,
              to_regclass('meetings')::text as meetings`,
    );
    expect(rows).toEqual([{ tables: expect.any(Number), meetings: 'meetings' }]);
  });
});

async function collect(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
