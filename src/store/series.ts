/** Series: meetings that are one history because one was rescheduled into the next. */
import type { Tx } from './db.ts';

export interface Rescheduling {
  /** Ids of the two meetings, and the series that each is in already. */
  from_id: string;
  to_id: string;
  from_series: string | null;
  to_series: string | null;
}

/**
 * The reschedulings that these invitees tell, where both meetings are known, as far as they are not one
 * series yet. Only event types for one invitee count (`limit = 1`): in a group one person's move is not the
 * meeting's. An invitee's URI lies under its meeting's.
 */
export async function findReschedulings(
  tx: Tx,
  workspaceId: string,
  inviteeUris: readonly string[],
): Promise<Rescheduling[]> {
  const { rows } = await tx.query<Rescheduling>(
    `with told as (
       select i.meeting_uri as to_uri, split_part(i.old_invitee, '/invitees/', 1) as from_uri from invitees i
       where i.workspace_id = $1 and i.calendly_uri = any($2::text[]) and i.old_invitee is not null
       union
       select split_part(i.new_invitee, '/invitees/', 1), i.meeting_uri from invitees i
       where i.workspace_id = $1 and i.calendly_uri = any($2::text[]) and i.new_invitee is not null
     )
     select f.id as from_id, t.id as to_id, f.series_id as from_series, t.series_id as to_series
     from told
     join meetings f on f.workspace_id = $1 and f.calendly_uri = told.from_uri and f.invitees_limit = 1
     join meetings t on t.workspace_id = $1 and t.calendly_uri = told.to_uri and t.invitees_limit = 1
     where f.id <> t.id and (f.series_id is null or f.series_id is distinct from t.series_id)
     order by f.start_time, f.id, t.id`,
    [workspaceId, inviteeUris],
  );
  return rows;
}

/** Puts a meeting, and every meeting of `series` where given, into `into`. */
export async function joinSeries(
  tx: Tx,
  workspaceId: string,
  join: { into: string; meetingIds: readonly string[]; series: string | null },
): Promise<void> {
  await tx.query(
    `update meetings set series_id = $2
     where workspace_id = $1 and (id = any($3::uuid[]) or series_id = $4)`,
    [workspaceId, join.into, join.meetingIds, join.series],
  );
}

/**
 * Gives every meeting of a series the notes that its meetings have, oldest first, each text once. What a
 * user wrote is appended to, never lost.
 */
export async function shareNotes(tx: Tx, workspaceId: string, series: string): Promise<void> {
  await tx.query(
    `with texts as (
       select m.notes, min(m.start_time) as first_at, max(m.notes_updated_at) as changed_at
       from meetings m where m.workspace_id = $1 and m.series_id = $2 and m.notes is not null
       group by m.notes
     ), one as (
       select string_agg(notes, E'\\n\\n' order by first_at) as notes, max(changed_at) as changed_at from texts
     )
     update meetings m set notes = one.notes, notes_updated_at = one.changed_at from one
     where m.workspace_id = $1 and m.series_id = $2 and one.notes is not null
       and m.notes is distinct from one.notes`,
    [workspaceId, series],
  );
}

/** Marks the invitees of a series whose link depends on that of the invitee whom they replaced. */
export async function markFollowers(tx: Tx, workspaceId: string, series: string): Promise<void> {
  await tx.query(
    `update invitees n set link_pending = true
     from invitees o
     join meetings m on m.workspace_id = $1 and m.calendly_uri = o.meeting_uri and m.series_id = $2::uuid
     where n.workspace_id = $1 and o.workspace_id = $1 and n.old_invitee = o.calendly_uri and not n.link_pending
       and (n.link_rule = 'review'
         or (o.link_rule = 'manual' and (n.link_rule is distinct from 'manual' or n.client_id is distinct from o.client_id)))`,
    [workspaceId, series],
  );
}

export interface Neighbours {
  meeting_id: string;
  rescheduled_from: string | null;
  rescheduled_to: string | null;
}

/** The meetings before and after these in their series. */
export async function readNeighbours(
  tx: Pick<Tx, 'query'>,
  workspaceId: string,
  meetingIds: readonly string[],
): Promise<Map<string, Neighbours>> {
  if (meetingIds.length === 0) return new Map();
  const { rows } = await tx.query<Neighbours>(
    `select m.id as meeting_id,
       (select f.id from invitees i
        join meetings f on f.workspace_id = $1 and f.calendly_uri = split_part(i.old_invitee, '/invitees/', 1)
        where i.workspace_id = $1 and i.meeting_uri = m.calendly_uri and i.old_invitee is not null
        order by i.id limit 1) as rescheduled_from,
       (select t.id from invitees i
        join meetings t on t.workspace_id = $1 and t.calendly_uri = split_part(i.new_invitee, '/invitees/', 1)
        where i.workspace_id = $1 and i.meeting_uri = m.calendly_uri and i.new_invitee is not null
        order by i.id limit 1) as rescheduled_to
     from meetings m
     where m.workspace_id = $1 and m.id = any($2::uuid[]) and m.series_id is not null`,
    [workspaceId, meetingIds],
  );
  return new Map(rows.map((row) => [row.meeting_id, row]));
}
