/** When each tier of a connection's listing was last read to its end, and how far the cold one has come. */
import type { Sql, Tx } from './db.ts';

export type TierName = 'whole' | 'hot' | 'warm' | 'cold';

export interface TierRow {
  tier: TierName;
  /** Start of the last pass that was read to its end. */
  complete_at: string | null;
  slice_at: string | null;
  reached: string | null;
  past_days: number | null;
  future_days: number | null;
}

interface Owner {
  workspaceId: string;
  connectionId: string;
}

export async function readTiers(sql: Sql, owner: Owner): Promise<Map<TierName, TierRow>> {
  const { rows } = await sql.query<TierRow>(
    `select tier, complete_at, slice_at, reached, past_days, future_days from listing_tiers
     where workspace_id = $1 and connection_id = $2`,
    [owner.workspaceId, owner.connectionId],
  );
  return new Map(rows.map((row) => [row.tier, row]));
}

/** Writes where a tier stands; `complete_at` stays where the row says null. */
export async function saveTier(tx: Tx, owner: Owner, row: TierRow): Promise<void> {
  await tx.query(
    `insert into listing_tiers as t (workspace_id, connection_id, tier, complete_at, slice_at, reached,
       past_days, future_days)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (workspace_id, connection_id, tier) do update set
       complete_at = coalesce(excluded.complete_at, t.complete_at), slice_at = excluded.slice_at,
       reached = excluded.reached, past_days = excluded.past_days, future_days = excluded.future_days`,
    [
      owner.workspaceId,
      owner.connectionId,
      row.tier,
      row.complete_at,
      row.slice_at,
      row.reached,
      row.past_days,
      row.future_days,
    ],
  );
}

/** How many meetings the connection has seen that start from `min` to before `max`. */
export async function countSeen(
  sql: Sql,
  owner: Owner,
  range: { min: string; max: string },
): Promise<number> {
  const { rows } = await sql.query<{ seen: number }>(
    `select count(*)::int as seen from meetings m
     join meeting_sightings s on s.workspace_id = $1 and s.connection_id = $2 and s.meeting_id = m.id
     where m.workspace_id = $1 and m.start_time >= $3 and m.start_time < $4`,
    [owner.workspaceId, owner.connectionId, range.min, range.max],
  );
  return rows[0]?.seen ?? 0;
}

/** The start time of the `count`-th meeting from `min` on that the connection has seen; null past the last one. */
export async function startTimeAfter(
  sql: Sql,
  owner: Owner,
  slice: { min: string; max: string; count: number },
): Promise<string | null> {
  const { rows } = await sql.query<{ start_time: string }>(
    `select m.start_time from meetings m
     join meeting_sightings s on s.workspace_id = $1 and s.connection_id = $2 and s.meeting_id = m.id
     where m.workspace_id = $1 and m.start_time >= $3 and m.start_time < $4
     order by m.start_time, m.id offset $5 limit 1`,
    [owner.workspaceId, owner.connectionId, slice.min, slice.max, slice.count],
  );
  return rows[0]?.start_time ?? null;
}
