/** Where the listing of a connection stands; it moves in the transaction of the page it speaks of. */
import type { Sql, Tx } from './db.ts';

export interface Listing {
  tier: string;
  min_start_time: string;
  max_start_time: string;
  started_at: string;
  last_start_time: string | null;
  pages: number;
  pieced: boolean;
}

interface Owner {
  workspaceId: string;
  connectionId: string;
}

export async function findListing(
  sql: Sql,
  owner: Owner,
  tier: string,
): Promise<Listing | undefined> {
  const { rows } = await sql.query<Listing>(
    `select tier, min_start_time, max_start_time, started_at, last_start_time, pages, pieced
     from listings where workspace_id = $1 and connection_id = $2 and tier = $3`,
    [owner.workspaceId, owner.connectionId, tier],
  );
  return rows[0];
}

/** Writes where the listing stands now, the first time included. */
export async function saveListing(tx: Tx, owner: Owner, listing: Listing): Promise<void> {
  await tx.query(
    `insert into listings (workspace_id, connection_id, tier, min_start_time, max_start_time, started_at,
       last_start_time, pages, pieced)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (workspace_id, connection_id, tier) do update set
       min_start_time = excluded.min_start_time, max_start_time = excluded.max_start_time,
       started_at = excluded.started_at, last_start_time = excluded.last_start_time,
       pages = excluded.pages, pieced = excluded.pieced`,
    [
      owner.workspaceId,
      owner.connectionId,
      listing.tier,
      listing.min_start_time,
      listing.max_start_time,
      listing.started_at,
      listing.last_start_time,
      listing.pages,
      listing.pieced,
    ],
  );
}

/** Forgets a listing that was read to its end. */
export async function endListing(tx: Tx, owner: Owner, tier: string): Promise<void> {
  await tx.query(
    `delete from listings where workspace_id = $1 and connection_id = $2 and tier = $3`,
    [owner.workspaceId, owner.connectionId, tier],
  );
}
