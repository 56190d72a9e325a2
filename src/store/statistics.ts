/** What the planner knows of tables that have just filled. */
import type { Db } from './db.ts';

/**
 * Counts tables that have grown since the planner was last told of them. Without it statements read a
 * workspace's rows one by one: a server's autovacuum takes a minute to come, on PGlite none ever does.
 */
export async function refreshStatistics(db: Db): Promise<void> {
  const { rows } = await db.query<{ name: string }>(
    `select format('%I', c.relname) as name from pg_class c
     where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
       and c.reltuples <= 0 and pg_relation_size(c.oid) > 0
     order by 1`,
  );
  if (rows.length === 0) return;
  await db.tx(async (tx) => {
    // only their owner may count the tables: for others the statement does nothing, with a warning
    await tx.script('set local role none');
    await tx.query(`analyze ${rows.map(({ name }) => name).join(', ')}`);
  });
}
