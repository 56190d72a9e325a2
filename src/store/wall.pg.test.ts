/** Whether the wall stands is found out before anybody is served. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { engines, freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { MIGRATIONS_DIR } from '../../test/harness/migrations-dir.ts';
import { makeId, seedConnection } from '../../test/harness/sync-world.ts';
import type { Db } from './db.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './postgres.ts';
import { tenantsOf } from './tenants.ts';
import { checkWall, raiseWall } from './wall.ts';

async function look(db: Db): Promise<string> {
  try {
    await checkWall(db, tenantsOf(db));
    return 'stands';
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

describe.each(engines)('the wall on %s', (engine) => {
  let fresh: FreshDatabase;

  beforeEach(async () => {
    fresh = await freshDatabase(engine);
    await seedConnection(fresh.db, 'user');
  });
  afterEach(() => fresh.drop());

  const FAULTS: [string, string][] = [
    ['alter table clients disable row level security', 'the table clients is not behind'],
    ['alter table users no force row level security', 'the table users is not behind'],
    ['drop policy workspace_rows on meetings', 'the table meetings is not behind'],
    ['alter policy workspace_rows on invitees using (true)', 'the table invitees is not behind'],
    ['create policy extra on clients using (true)', 'the policy extra on clients lets other rows'],
    [
      `alter policy workspace_rows on users using (current_setting('calendly_sync.workspace', true) is not null)`,
      'rows of users are seen by everybody',
    ],
  ];

  it('is down where a table is open, and migrate puts it back', async () => {
    expect(await look(fresh.db)).toBe('stands');
    for (const [fault, words] of FAULTS) {
      await fresh.db.script(fault);
      expect(await look(fresh.db), fault).toContain(words);
      await fresh.db.script('drop policy if exists extra on clients');
      await raiseWall(fresh.db);
      expect(await look(fresh.db), fault).toBe('stands');
    }
  });
});

describe('the wall of a role of one’s own', () => {
  const name = `wall_${randomBytes(6).toString('hex')}`;
  let admin: Client;
  let db: Db;

  async function start(rights: string): Promise<void> {
    const { adminUrl, templateUrl } = inject('postgres');
    admin = new Client({ connectionString: adminUrl });
    await admin.connect();
    await admin.query(`create role ${name} login ${rights} password 'wall'`);
    await admin.query(`create database ${name} owner ${name}`);
    const url = new URL(templateUrl);
    [url.username, url.password, url.pathname] = [name, 'wall', name];
    db = await openPostgres({ url: url.href, schema: 'public', onError: () => undefined });
    await migrate({ db, dir: MIGRATIONS_DIR, schema: 'public' });
  }
  afterEach(async () => {
    await db.close();
    await admin.query(`drop database ${name} with (force)`);
    await admin.query(`drop role ${name}`);
    await admin.end();
  });

  it('holds back an owner that may not make roles by itself', async () => {
    await start('nocreaterole');
    const tenants = tenantsOf(db);
    expect(await tenants.settle()).toBe('owner');
    expect(await checkWall(db, tenants)).toEqual([]);
    const side = tenants.system;
    const ids = [makeId(), makeId()];
    for (const id of ids) {
      await side.query(
        `insert into workspaces (id, name, created_at) values ($1, 'A', '2026-01-01T00:00:00Z')`,
        [id],
      );
    }
    const [id = ''] = ids;
    expect((await side.query('select 1 from workspaces')).count).toBe(2);
    expect((await tenants.of(id).query('select id from workspaces')).rows).toEqual([{ id }]);
    expect((await db.query('select 1 from workspaces')).count).toBe(0);
    const narrowed = await side.tx(async (tx) => {
      await tenants.enter(tx, id);
      return tx.query('select 1 from workspaces');
    });
    expect(narrowed.count).toBe(1);
  });

  it('is none where the owner bypasses it and may not take another role', async () => {
    await start('nocreaterole bypassrls');
    expect(await look(db)).toContain('cannot take the role calendly_sync_app');
  });

  it('stands before a superuser, who is told that less would do', async () => {
    await start('superuser');
    const tenants = tenantsOf(db);
    expect(await checkWall(db, tenants)).toEqual([expect.stringContaining('names a superuser')]);
    expect(await tenants.settle()).toBe('roles');
    expect((await tenants.of(makeId()).query('select 1 from users')).count).toBe(0);
  });
});
