/** Counts for people and for the routes that are asked for by name. */
import type { Id } from '../domain/id.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Sql } from './db.ts';
import { SHOWN_TITLE, MEETING_FROM } from './meeting-view.ts';

export interface Stats {
  /** Active meetings that have not vanished. */
  meetings: number;
  clients: number;
  /** The latest start of a listing that was read to its end. */
  lastCompleteAt: Timestamp | null;
}

/** What the workspace holds now. */
export async function readStats(sql: Sql, workspaceId: Id): Promise<Stats> {
  const { rows } = await sql.query<{
    meetings: number;
    clients: number;
    last_complete_at: Timestamp | null;
  }>(
    `select
       (select count(*)::int from meetings
        where workspace_id = $1 and status = 'active' and vanished_at is null) as meetings,
       (select count(*)::int from clients where workspace_id = $1) as clients,
       (select max(last_complete_at) from calendly_connections where workspace_id = $1) as last_complete_at`,
    [workspaceId],
  );
  const [row] = rows;
  return {
    meetings: row?.meetings ?? 0,
    clients: row?.clients ?? 0,
    lastCompleteAt: row?.last_complete_at ?? null,
  };
}

/** A meeting in the shape of `GET /api/calendly/meetings`. */
export interface PlainMeeting {
  id: Id;
  title: string;
  starttime: Timestamp;
  endtime: Timestamp;
  summary: string | null;
  attendees: { name: string | null; email: string | null }[];
  meeting_source: 'calendly';
  calendly_event_uri: string;
  /** The first active invitee's. */
  client_email: string | null;
}

/** All active meetings, newest first. */
export async function listPlainMeetings(sql: Sql, workspaceId: Id): Promise<PlainMeeting[]> {
  const { rows } = await sql.query<Omit<PlainMeeting, 'client_email'>>(
    `select m.id, ${SHOWN_TITLE} as title, m.start_time as starttime, m.end_time as endtime,
       m.notes_plain as summary, coalesce(people.attendees, '[]'::jsonb) as attendees,
       'calendly' as meeting_source, m.calendly_uri as calendly_event_uri
     ${MEETING_FROM}
     left join (
       select i.meeting_uri, jsonb_agg(jsonb_build_object('name', i.name, 'email', i.email)
         order by i.calendly_created_at, i.id) as attendees
       from invitees i
       where i.workspace_id = $1 and i.status = 'active' and i.vanished_at is null
       group by i.meeting_uri) people on people.meeting_uri = m.calendly_uri
     where m.workspace_id = $1 and m.status = 'active' and m.vanished_at is null
     order by m.start_time desc, m.id desc`,
    [workspaceId],
  );
  return rows.map((row) => ({ ...row, client_email: row.attendees[0]?.email ?? null }));
}
