/** The staleness rule as SQL, one text for every mirrored row with `updated_at` and a status. */

/**
 * The WHERE of an upsert over `target` (an alias) and `excluded`; `$source` is the placeholder of the
 * observation's source. A row is written only if it differs, and then only if
 * - it is a direct read that began after the last write (so a wrong cancel can be repaired), or
 * - Calendly's `updated_at` is newer, or equal and an API read that began after the last write;
 *   but neither a list row nor a delivery turns `canceled` into `active`.
 */
export function newerThan(target: string, source: string): string {
  return `
    case when ${source} = 'delivery' then ${target}.core_hash <> excluded.core_hash
         else ${target}.full_hash is distinct from excluded.full_hash end
    and (
      (${source} = 'get' and excluded.observed_at > ${target}.observed_at)
      or (
        not (${target}.status = 'canceled' and excluded.status = 'active')
        and (
          excluded.source_updated_at > ${target}.source_updated_at
          or (
            excluded.source_updated_at = ${target}.source_updated_at
            and ${source} <> 'delivery'
            and excluded.observed_at > ${target}.observed_at
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

/** The columns of `MirrorRow`, for a SELECT. */
export const MIRROR_COLUMNS =
  'id, calendly_uri, status, source_updated_at, core_hash, full_hash, observed_at';
