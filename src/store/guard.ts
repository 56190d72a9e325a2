/** The staleness rule as SQL, one text for every mirrored row with `updated_at` and a status. */
import type { Tx } from './db.ts';

/**
 * A row that was observed so far in the future was written before the database's clock was set back: it is
 * older than what is read now. Less may be another process whose transaction began after this one.
 */
const FUTURE = `interval '5 minutes'`;

/**
 * The WHERE of an upsert over `target` (an alias) and `excluded`; `source` and `at` are the placeholders of
 * the observation's source and of the database's time. A row is written only if it differs, and then only if
 * - it is a direct read that began after the last write (so a wrong cancel can be repaired), or
 * - Calendly's `updated_at` is newer, or equal and an API read that began after the last write;
 *   but neither a list row nor a delivery turns `canceled` into `active`.
 */
export function newerThan(target: string, { source, at }: { source: string; at: string }): string {
  const isLater = `(excluded.observed_at > ${target}.observed_at
    or ${target}.observed_at > ${at}::timestamptz + ${FUTURE})`;
  return `
    case when ${source} = 'delivery' then ${target}.core_hash <> excluded.core_hash
         else ${target}.full_hash is distinct from excluded.full_hash end
    and (
      (${source} = 'get' and ${isLater})
      or (
        not (${target}.status = 'canceled' and excluded.status = 'active')
        and (
          excluded.source_updated_at > ${target}.source_updated_at
          or (
            excluded.source_updated_at = ${target}.source_updated_at
            and ${source} <> 'delivery'
            and ${isLater}
          )
        )
      )
    )`;
}

export interface MirrorRow {
  id: string;
  calendly_uri: string;
  status: string;
  source_updated_at: string;
  core_hash: string;
  full_hash: string | null;
  observed_at: string;
}

/** What the rows of these URIs hold now, by URI; `lock` takes them in one order for every caller. */
export async function readMirrorRows(
  tx: Tx,
  table: 'meetings' | 'invitees',
  ask: { workspaceId: string; uris: readonly string[]; lock: boolean },
): Promise<Map<string, MirrorRow>> {
  const { rows } = await tx.query<MirrorRow>(
    `select id, calendly_uri, status, source_updated_at, core_hash, full_hash, observed_at from ${table}
     where workspace_id = $1 and calendly_uri = any($2::text[])
     ${ask.lock ? 'order by calendly_uri for update' : ''}`,
    [ask.workspaceId, ask.uris],
  );
  return new Map(rows.map((row) => [row.calendly_uri, row]));
}

/**
 * The SET of an upsert for these columns of `target`: what is observed, but where a delivery does not name
 * the key that a column comes from (`keys`), the row keeps what it has. A delivery lacks what was added to
 * Calendly after webhooks were made.
 */
export function observedColumns(
  columns: readonly string[],
  {
    target,
    source,
    keys,
  }: { target: string; source: string; keys: Readonly<Record<string, string>> },
): string {
  return columns
    .map((column) => {
      const key = keys[column];
      if (key === undefined) return `${column} = excluded.${column}`;
      return `${column} = case when ${source} = 'delivery' and not excluded.raw ? '${key}'
        then ${target}.${column} else excluded.${column} end`;
    })
    .join(', ');
}
