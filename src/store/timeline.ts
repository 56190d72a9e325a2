/** The history of a client: meetings, what became of them, and papers, newest first. */
import type { Id } from '../domain/id.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Sql } from './db.ts';
import { pageOf, type Page } from './page.ts';

export interface TimelineEntry {
  kind: 'meeting' | 'rescheduled' | 'canceled' | 'no_show' | 'document';
  /** A meeting is at its start; everything else when it happened. */
  at: Timestamp;
  /** Of the meeting, invitee or document: an entry is one kind of one subject. */
  subject_id: Id;
  meeting_id: Id | null;
  /** Where a meeting was moved to, if that one is known. */
  to_meeting_id: Id | null;
  document_id: Id | null;
  title: string | null;
  /** Of the meeting. */
  status: string | null;
}

export interface TimelinePlace {
  at: string;
  kind: string;
  subjectId: Id;
}

const SHOWN = `coalesce(m.title_override, nullif(btrim(m.title), ''), nullif(btrim(e.name), ''), 'Meeting')`;
const WITH_TYPE = `left join event_types e on e.workspace_id = m.workspace_id and e.calendly_uri = m.event_type_uri`;

/** The page after `after`. */
export async function listTimeline(
  sql: Sql,
  workspaceId: Id,
  request: { clientId: Id; after?: TimelinePlace | undefined; limit: number },
): Promise<Page<TimelineEntry>> {
  const { clientId, after, limit } = request;
  const { rows } = await sql.query<TimelineEntry>(
    `with booked as (
       select i.id, i.status, i.rescheduled, i.no_show_at, i.new_invitee, i.cancellation, i.source_updated_at,
         m.id as meeting_id, m.start_time, m.status as meeting_status, m.cancellation as meeting_cancellation,
         ${SHOWN} as title
       from invitees i join meetings m on m.workspace_id = $1 and m.calendly_uri = i.meeting_uri ${WITH_TYPE}
       where i.workspace_id = $1 and i.client_id = $2 and i.vanished_at is null and m.vanished_at is null
     ), attended as (
       select meeting_id, start_time, meeting_status, title from booked
       union
       select m.id, m.start_time, m.status, ${SHOWN} from meeting_guests g
       join meetings m on m.workspace_id = $1 and m.id = g.meeting_id ${WITH_TYPE}
       where g.workspace_id = $1 and g.client_id = $2 and m.vanished_at is null
     ), ended as (
       select b.*, coalesce((b.cancellation ->> 'at')::timestamptz, (b.meeting_cancellation ->> 'at')::timestamptz,
         b.source_updated_at) as ended_at
       from booked b where b.status = 'canceled'
     ), entries as (
       select 'meeting' as kind, start_time as at, meeting_id as subject_id, meeting_id, null::uuid as to_meeting_id,
         null::uuid as document_id, title, meeting_status as status from attended
       union all
       select case when b.rescheduled then 'rescheduled' else 'canceled' end, b.ended_at, b.id, b.meeting_id, t.id,
         null, b.title, b.meeting_status
       from ended b left join meetings t
         on t.workspace_id = $1 and t.calendly_uri = split_part(b.new_invitee, '/invitees/', 1)
       union all
       select 'no_show', no_show_at, id, meeting_id, null, null, title, meeting_status from booked
       where no_show_at is not null
       union all
       select 'document', d.uploaded_at, d.id, d.meeting_id, null, d.id, d.file_name, null from client_documents d
       where d.workspace_id = $1 and not d.is_deleted and (d.client_id = $2
         or d.client_id is null and d.meeting_id in (select meeting_id from attended))
     )
     select * from entries
     where $3::timestamptz is null or (at, kind, subject_id) < ($3::timestamptz, $4::text, $5::uuid)
     order by at desc, kind desc, subject_id desc limit $6`,
    [
      workspaceId,
      clientId,
      after?.at ?? null,
      after?.kind ?? null,
      after?.subjectId ?? null,
      limit + 1,
    ],
  );
  return pageOf(rows, limit);
}
