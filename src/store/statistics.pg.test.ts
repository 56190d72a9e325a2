/** The planner is told of tables that have filled, from behind the wall too, and once. */
import { afterEach, expect, test } from 'vitest';
import { engines, freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { seedConnection } from '../../test/harness/sync-world.ts';
import { refreshStatistics } from './statistics.ts';
import { tenantsOf } from './tenants.ts';

let fresh: FreshDatabase;
afterEach(() => fresh.drop());

test.each(engines)(
  '%s knows how many rows there are after a refresh',
  async (engine) => {
    fresh = await freshDatabase(engine);
    const { workspaceId } = await seedConnection(fresh.db, 'user');
    const counted = async (): Promise<unknown> =>
      (
        await fresh.db.query(
          `select relname::text as name, reltuples::int as rows from pg_class
         where relname in ('calendly_connections', 'users', 'meetings') order by relname`,
        )
      ).rows;
    await refreshStatistics(tenantsOf(fresh.db).of(workspaceId));
    expect(await counted()).toEqual([
      { name: 'calendly_connections', rows: 1 },
      { name: 'meetings', rows: -1 },
      { name: 'users', rows: 1 },
    ]);
    // only what has filled meanwhile is counted
    await seedConnection(fresh.db, 'user');
    await refreshStatistics(tenantsOf(fresh.db).of(workspaceId));
    expect(await counted()).toContainEqual({ name: 'users', rows: 1 });
  },
  120_000,
);
