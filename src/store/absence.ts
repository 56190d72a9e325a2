/** Meetings that listings no longer show: doubted, asked for directly, and hidden once everybody agrees. */
import { COVERING } from './coverage.ts';
import type { Sql, Tx } from './db.ts';

interface Owner {
  workspaceId: string;
  connectionId: string;
}

/** Between the two direct reads that must both answer 404. */
const BETWEEN = `interval '10 minutes'`;

/** Standing meetings of the connection that its listings no longer show: from an index that holds no others. */
export function countAbsent(sql: Sql, owner: Owner): Promise<number> {
  return countSightings(sql, owner, 'and s.absent_since is not null');
}

/** All standing meetings of the connection. */
export function countStanding(sql: Sql, owner: Owner): Promise<number> {
  return countSightings(sql, owner, '');
}

async function countSightings(sql: Sql, owner: Owner, which: string): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(
    `select count(*)::int as n from meeting_sightings s
     join meetings m on m.workspace_id = $1 and m.id = s.meeting_id and m.vanished_at is null
     where s.workspace_id = $1 and s.connection_id = $2 ${which}`,
    [owner.workspaceId, owner.connectionId],
  );
  return rows[0]?.n ?? 0;
}

/**
 * Owes a direct read of meetings that are missing and about which this connection has not made up its mind.
 * A read of one of them that is owed for another reason becomes this one, since its 404 is the answer; reads
 * of their invitees are not owed while nobody knows whether there are any.
 */
export async function queueAbsenceReads(
  tx: Tx,
  owner: Owner,
  queue: { at: string; limit: number },
): Promise<void> {
  await tx.query(
    `delete from queued_reads q using meeting_sightings s, meetings m
     where q.workspace_id = $1 and q.connection_id = $2 and q.kind in ('invitees', 'invitee')
       and m.workspace_id = $1 and m.calendly_uri = split_part(q.uri, '/invitees/', 1)
       and s.workspace_id = $1 and s.connection_id = $2 and s.meeting_id = m.id and s.absent_since is not null`,
    [owner.workspaceId, owner.connectionId],
  );
  await tx.query(
    `insert into queued_reads as q (workspace_id, connection_id, kind, uri, reason, priority, next_try_at, queued_at)
     select s.workspace_id, s.connection_id, 'meeting', m.calendly_uri, 'absent', 1,
       greatest($3::timestamptz, s.gone_at + ${BETWEEN}), $3
     from meeting_sightings s
     join meetings m on m.workspace_id = $1 and m.id = s.meeting_id and m.vanished_at is null
     where s.workspace_id = $1 and s.connection_id = $2 and s.absent_since is not null and s.agreed_at is null
     order by s.gone_at nulls last, m.start_time desc, m.calendly_uri limit $4
     on conflict (workspace_id, connection_id, kind, uri) do update set
       reason = excluded.reason, priority = excluded.priority, next_try_at = excluded.next_try_at
     where q.reason <> excluded.reason`,
    [owner.workspaceId, owner.connectionId, queue.at, queue.limit],
  );
}

/** Keeps how many missing meetings are not believed to be gone. */
export async function saveHeldBack(sql: Sql, owner: Owner, count: number): Promise<void> {
  await sql.query(
    `update calendly_connections set held_back = $3 where workspace_id = $1 and id = $2 and held_back <> $3`,
    [owner.workspaceId, owner.connectionId, count],
  );
}

/**
 * Takes down that a direct read was answered 404: the first time it is owed once more, ten minutes later
 * at the earliest; after the second the connection agrees that the meeting is gone, and nothing is owed.
 */
export async function recordGone(
  tx: Tx,
  owner: Owner,
  gone: { uri: string; readStartedAt: string },
): Promise<void> {
  await tx.query(
    `with sighting as (
       update meeting_sightings s set
         gone_at = coalesce(s.gone_at, $4),
         agreed_at = case when s.gone_at <= $4::timestamptz - ${BETWEEN} then $4 end
       from meetings m
       where m.workspace_id = $1 and m.calendly_uri = $3
         and s.workspace_id = $1 and s.connection_id = $2 and s.meeting_id = m.id
         and s.absent_since is not null and s.agreed_at is null
       returning s.gone_at, s.agreed_at
     ), again as (
       update queued_reads q set next_try_at = sighting.gone_at + ${BETWEEN}
       from sighting
       where q.workspace_id = $1 and q.connection_id = $2 and q.kind = 'meeting' and q.uri = $3
         and sighting.agreed_at is null
       returning q.uri
     )
     delete from queued_reads q
     where q.workspace_id = $1 and q.connection_id = $2 and q.kind = 'meeting' and q.uri = $3
       and q.reason = 'absent' and not exists (select 1 from again)`,
    [owner.workspaceId, owner.connectionId, gone.uri, gone.readStartedAt],
  );
}

/**
 * Takes down that meetings which no listing shows are shown to whoever asks for them (`shown`), or that
 * Calendly will not say (403, which is no evidence): they stand, and are not doubted again for a day.
 */
export async function recordShown(
  tx: Tx,
  owner: Owner,
  shown: { uris: readonly string[]; at: string },
): Promise<void> {
  await tx.query(
    `update meeting_sightings s set absent_since = null, gone_at = null, agreed_at = null, shown_at = $4
     from meetings m
     where m.workspace_id = $1 and m.calendly_uri = any($3::text[])
       and s.workspace_id = $1 and s.connection_id = $2 and s.meeting_id = m.id`,
    [owner.workspaceId, owner.connectionId, shown.uris, shown.at],
  );
  await tx.query(
    `delete from queued_reads
     where workspace_id = $1 and connection_id = $2 and kind = 'meeting' and uri = any($3::text[])
       and reason = 'absent'`,
    [owner.workspaceId, owner.connectionId, shown.uris],
  );
}

/**
 * Meetings that this connection has found gone and that no other active connection still vouches for, those
 * aside for which another one reads: their URIs.
 */
export async function listAgreedGone(sql: Sql, owner: Owner): Promise<string[]> {
  const { rows } = await sql.query<{ calendly_uri: string }>(
    `select m.calendly_uri from meeting_sightings s
     join meetings m on m.workspace_id = $1 and m.id = s.meeting_id and m.vanished_at is null
     where s.workspace_id = $1 and s.connection_id = $2 and s.absent_since is not null
       and s.agreed_at is not null
       and not exists (
         select 1 from meeting_sightings o
         join calendly_connections c on c.workspace_id = $1 and c.id = o.connection_id and c.state = 'active'
         where o.workspace_id = $1 and o.meeting_id = s.meeting_id and o.agreed_at is null
           and not exists (select 1 from ${COVERING} v))
     order by m.calendly_uri`,
    [owner.workspaceId, owner.connectionId],
  );
  return rows.map((row) => row.calendly_uri);
}
