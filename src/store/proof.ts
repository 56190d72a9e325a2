/** Rows as the proof reads them: every mirrored column, to be held against what Calendly says now. */
import type { Json } from '../domain/json.ts';
import type { Sql } from './db.ts';

export type MirroredRow = Record<string, Json> & { calendly_uri: string };

const MEETING_COLUMNS = `calendly_uri, title, status, start_time, end_time, event_type_uri, location, hosts, guests,
  invitees_total, invitees_active, invitees_limit, cancellation, notes_plain, notes_html, calendar_event,
  calendly_created_at, source_updated_at, raw`;

const INVITEE_COLUMNS = `calendly_uri, meeting_uri, email, name, first_name, last_name, status, timezone, answers,
  tracking, payment, no_show_uri, no_show_at, rescheduled, old_invitee, new_invitee, cancellation, reconfirmation,
  scheduling_method, text_reminder_number, cancel_url, reschedule_url, routing_form_submission,
  calendly_created_at, source_updated_at, raw`;

/** The standing meetings of these URIs; vanished ones count as not there. */
export async function readMeetingRows(
  sql: Sql,
  workspaceId: string,
  uris: readonly string[],
): Promise<Map<string, MirroredRow>> {
  const { rows } = await sql.query<MirroredRow>(
    `select ${MEETING_COLUMNS} from meetings
     where workspace_id = $1 and calendly_uri = any($2::text[]) and vanished_at is null`,
    [workspaceId, uris],
  );
  return new Map(rows.map((row) => [row.calendly_uri, row]));
}

/** The standing invitees of these meetings, by URI. */
export async function readInviteeRows(
  sql: Sql,
  workspaceId: string,
  meetingUris: readonly string[],
): Promise<Map<string, MirroredRow>> {
  const { rows } = await sql.query<MirroredRow>(
    `select ${INVITEE_COLUMNS} from invitees
     where workspace_id = $1 and meeting_uri = any($2::text[]) and vanished_at is null`,
    [workspaceId, meetingUris],
  );
  return new Map(rows.map((row) => [row.calendly_uri, row]));
}

/** The standing row of one invitee, whatever meeting it says that it belongs to. */
export async function findInviteeRow(
  sql: Sql,
  workspaceId: string,
  uri: string,
): Promise<MirroredRow | undefined> {
  const { rows } = await sql.query<MirroredRow>(
    `select ${INVITEE_COLUMNS} from invitees
     where workspace_id = $1 and calendly_uri = $2 and vanished_at is null`,
    [workspaceId, uri],
  );
  return rows[0];
}

/**
 * Standing meetings that start from `min` to `max`, that this connection has seen or that no connection
 * has: what a complete listing of wider bounds must show.
 */
export async function listExpectedMeetings(
  sql: Sql,
  owner: { workspaceId: string; connectionId: string },
  bounds: { min: string; max: string },
): Promise<string[]> {
  const { rows } = await sql.query<{ calendly_uri: string }>(
    `select m.calendly_uri from meetings m
     where m.workspace_id = $1 and m.vanished_at is null and m.start_time >= $3 and m.start_time <= $4
       and (
         exists (select 1 from meeting_sightings s
                 where s.workspace_id = $1 and s.connection_id = $2 and s.meeting_id = m.id)
         or not exists (select 1 from meeting_sightings s
                        where s.workspace_id = $1 and s.meeting_id = m.id))
     order by m.calendly_uri`,
    [owner.workspaceId, owner.connectionId, bounds.min, bounds.max],
  );
  return rows.map((row) => row.calendly_uri);
}
