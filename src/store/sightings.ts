/** Which connection has seen which meeting, and the evidence that it no longer does. */
import type { Tx } from './db.ts';

export interface Seen {
  workspaceId: string;
  connectionId: string;
  at: string;
}

/** Records that the connection sees these meetings; writes only what is news, revivals included. */
export async function recordSightings(tx: Tx, seen: Seen, uris: readonly string[]): Promise<void> {
  await tx.query(
    `with listed as (
       select m.id, s.meeting_id is null as is_new, (s.absent_since is not null or s.shown_at is not null) as was_absent
       from meetings m left join meeting_sightings s
         on s.workspace_id = $1 and s.connection_id = $2 and s.meeting_id = m.id
       where m.workspace_id = $1 and m.calendly_uri = any($4::text[])
     ), back as (
       update meeting_sightings s set absent_since = null, gone_at = null, agreed_at = null, shown_at = null
       from listed l
       where l.was_absent and s.workspace_id = $1 and s.connection_id = $2 and s.meeting_id = l.id
     )
     insert into meeting_sightings (workspace_id, connection_id, meeting_id, first_seen_at)
     select $1, $2, l.id, $3 from listed l where l.is_new order by l.id
     on conflict do nothing`,
    [seen.workspaceId, seen.connectionId, seen.at, uris],
  );
}

/**
 * Records the absence of what a complete, unpieced listing should have shown and did not: meetings of
 * this connection that start within (after, before) and are not in `uris`. Answers how many are newly absent.
 * A listing of one host's meetings says nothing of those that are others' by now, and one that a direct read
 * has shown is not doubted again within a day.
 */
export async function recordAbsence(
  tx: Tx,
  seen: Seen,
  listing: { after: string; before: string; host: string | null; uris: readonly string[] },
): Promise<number> {
  const { count } = await tx.query(
    `update meeting_sightings s set absent_since = $3 from meetings m
     where s.workspace_id = $1 and s.connection_id = $2 and s.absent_since is null
       and m.workspace_id = $1 and m.id = s.meeting_id
       and m.start_time > $4 and m.start_time < $5
       and (s.shown_at is null or s.shown_at < $3::timestamptz - interval '1 day')
       and m.calendly_uri <> all($6::text[])
       and ($7::text is null or m.hosts = '[]'
            or m.hosts @> jsonb_build_array(jsonb_build_object('user_uri', $7::text)))`,
    [
      seen.workspaceId,
      seen.connectionId,
      seen.at,
      listing.after,
      listing.before,
      listing.uris,
      listing.host,
    ],
  );
  return count;
}
