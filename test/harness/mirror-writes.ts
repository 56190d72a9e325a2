/** Whether anything was written into the tables that mirror Calendly: by their rows, and by the database's own counts. */
import type { Db } from '../../src/store/db.ts';

/** Tables that hold what Calendly said and what follows from it: a sync without news leaves them alone. */
const MIRROR = [
  'meetings',
  'invitees',
  'event_types',
  'meeting_sightings',
  'meeting_guests',
  'clients',
  'client_emails',
  'client_phones',
  'client_reviews',
  'client_texts',
  'meeting_texts',
  'host_addresses',
  'queued_reads',
  'set_aside',
  'feed',
  'organization_members',
];

/** Which transaction wrote each row of the mirror last: equal texts, not one row was written. */
export async function rowMarks(db: Db): Promise<string> {
  const parts = MIRROR.map(
    (table) =>
      `select '${table} ' || ctid::text || ' ' || xmin::text || ' ' || xmax::text as mark from ${table}`,
  );
  const { rows } = await db.query<{ marks: string | null }>(
    `select md5(string_agg(mark, ',' order by mark)) as marks from (${parts.join(' union all ')}) x`,
  );
  return rows[0]?.marks ?? '';
}

/**
 * Rows inserted, updated and deleted so far in each table of the mirror, rows that came and went too.
 * Each backend of the pool (10 at most) hands its counts in when it is asked to.
 */
export async function rowsWritten(db: Db): Promise<Record<string, unknown>[]> {
  const backends = Array.from({ length: db.engine === 'postgres' ? 10 : 1 });
  await Promise.all(backends.map(() => db.query('select pg_stat_force_next_flush()')));
  const { rows } = await db.query(
    `select relname::text as name, n_tup_ins, n_tup_upd, n_tup_del from pg_stat_user_tables
     where relname = any($1::text[]) order by relname`,
    [MIRROR],
  );
  return rows;
}
