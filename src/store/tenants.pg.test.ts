/** The wall between workspaces: what either side sees, whatever a statement asks for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { makeId, seedConnection } from '../../test/harness/sync-world.ts';
import { type Tenants, tenantsOf } from './tenants.ts';

const NOW = '2026-03-02T10:00:00.000000Z';

describe.each(engines)('the wall on %s', (engine) => {
  let fresh: FreshDatabase;
  let tenants: Tenants;
  let own: { workspaceId: string; userId: string };
  let foreign: { workspaceId: string; userId: string };

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
    tenants = tenantsOf(fresh.db);
    own = await seedConnection(fresh.db, 'user');
    foreign = await seedConnection(fresh.db, 'user');
    for (const { workspaceId } of [own, foreign]) await addClient(workspaceId);
  });
  afterAll(() => fresh.drop());

  async function addClient(workspaceId: string): Promise<void> {
    await tenants
      .of(workspaceId)
      .query(
        `insert into clients (workspace_id, id, name, created_at, updated_at) values ($1, $2, 'Ada', $3, $3)`,
        [workspaceId, makeId(), NOW],
      );
  }

  async function count(table: string, workspaceId?: string): Promise<number> {
    const side = workspaceId === undefined ? tenants.system : tenants.of(workspaceId);
    const { rows } = await side.query<{ n: number }>(`select count(*) as n from ${table}`);
    return rows[0]?.n ?? -1;
  }

  it('takes two roles by turns', async () => {
    expect(await tenants.settle()).toBe('roles');
  });

  it('shows a workspace its own rows where a statement forgot to ask for them', async () => {
    expect(await count('clients', own.workspaceId)).toBe(1);
    expect(await count('users', own.workspaceId)).toBe(1);
    expect(await count('workspaces', own.workspaceId)).toBe(1);
    expect(await count('clients', makeId())).toBe(0);
  });

  it('lets nobody change, remove or make rows of another workspace', async () => {
    const rows = tenants.of(own.workspaceId);
    const { count: changed } = await rows.query(
      `update clients set name = 'Eve' where workspace_id = $1`,
      [foreign.workspaceId],
    );
    const { count: removed } = await rows.query(`delete from clients where workspace_id = $1`, [
      foreign.workspaceId,
    ]);
    expect([changed, removed]).toEqual([0, 0]);
    const making = rows.query(
      `insert into clients (workspace_id, id, name, created_at, updated_at) values ($1, $2, 'Eve', $3, $3)`,
      [foreign.workspaceId, makeId(), NOW],
    );
    await expect(making).rejects.toMatchObject({ sqlstate: '42501' });
    const moving = rows.query(`update clients set workspace_id = $1`, [foreign.workspaceId]);
    await expect(moving).rejects.toMatchObject({ sqlstate: '42501' });
    expect(await count('clients', foreign.workspaceId)).toBe(1);
  });

  it('shows the system users of all workspaces and nothing that people said or wrote', async () => {
    expect(await count('users')).toBe(2);
    expect(await count('calendly_connections')).toBe(2);
    for (const table of ['meetings', 'invitees', 'clients', 'client_emails', 'meeting_guests']) {
      await expect(count(table)).rejects.toMatchObject({ sqlstate: '42501' });
    }
  });

  it('narrows a transaction of the system to one workspace', async () => {
    const seen = await tenants.system.tx(async (tx) => {
      const before = await tx.query('select 1 from users');
      await tenants.enter(tx, own.workspaceId);
      const after = await tx.query('select 1 from users');
      const people = await tx.query('select 1 from clients');
      return [before.count, after.count, people.count];
    });
    expect(seen).toEqual([2, 1, 1]);
  });

  it('leaves nothing of its side behind for whoever uses the connection next', async () => {
    await tenants.of(own.workspaceId).query('select 1');
    await expect(
      tenants.of(own.workspaceId).tx(async () => {
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    const { rows } = await fresh.db.query<{ role: string; whose: string | null }>(
      `select current_user::text as role, nullif(current_setting('calendly_sync.workspace', true), '') as whose`,
    );
    expect(rows[0]?.role).not.toBe('calendly_sync_app');
    expect(rows[0]?.whose).toBeNull();
  });

  it('asks whose rows are meant before it asks the database', () => {
    for (const text of ['', "x'; drop table users; --", '*']) {
      expect(() => tenants.of(text)).toThrow('without saying whose');
    }
  });

  it('surrounds every table whose rows are somebody’s', async () => {
    const { rows } = await fresh.db.query<{ name: string }>(
      `select c.relname::text as name from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
       where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
         and c.relname not in (select name from walled_tables)`,
    );
    expect(rows.map(({ name }) => name)).toEqual([]);
  });
});
