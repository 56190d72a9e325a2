/** A meeting as the API shows it, put together from its row, its people and its event type. */
import type { Id } from '../domain/id.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Cancellation, Guest, Host, MeetingStatus } from '../domain/meeting.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Sql } from './db.ts';
import { countDocuments } from './document-counts.ts';
import { readNeighbours } from './series.ts';
import { readPeople, type ClientOfMeeting, type InviteeView } from './meeting-people.ts';

/** What the row itself gives; the rest is read for a whole page at once. */
export interface MeetingRow {
  id: Id;
  calendly_uri: string;
  title: string;
  status: MeetingStatus;
  start_time: Timestamp;
  end_time: Timestamp;
  location: JsonObject | null;
  hosts: Host[];
  guests: Guest[];
  event_type_uri: string | null;
  event_type_name: string | null;
  cancellation: Cancellation | null;
  series_id: Id | null;
  notes: string | null;
  notes_updated_at: Timestamp | null;
  vanished_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
  synced_at: Timestamp;
  /** Whether an account that is still linked has seen it. */
  synced: boolean;
}

export interface MeetingView extends Omit<
  MeetingRow,
  'hosts' | 'event_type_uri' | 'event_type_name'
> {
  hosts: (Host & { user_id: Id | null })[];
  invitees: InviteeView[];
  clients: ClientOfMeeting[];
  event_type: { uri: string; name: string | null } | null;
  rescheduled_from: Id | null;
  rescheduled_to: Id | null;
  /** Every active invitee is one, and there is at least one. */
  no_show: boolean;
  documents_count: number;
}

/** The user's title, else Calendly's, else the event type's name. */
export const SHOWN_TITLE = `coalesce(m.title_override, nullif(btrim(m.title), ''), nullif(btrim(e.name), ''), 'Meeting')`;

export const MEETING_COLUMNS = `m.id, m.calendly_uri, ${SHOWN_TITLE} as title, m.status, m.start_time,
  m.end_time, m.location, m.hosts, m.guests, m.event_type_uri, e.name as event_type_name, m.cancellation,
  m.series_id, m.notes, m.notes_updated_at, m.vanished_at, m.created_at, m.updated_at, m.synced_at,
  exists (select 1 from meeting_sightings s
    join calendly_connections c on c.workspace_id = s.workspace_id and c.id = s.connection_id
    where s.workspace_id = m.workspace_id and s.meeting_id = m.id and c.state <> 'disconnected') as synced`;

export const MEETING_FROM = `from meetings m left join event_types e
  on e.workspace_id = m.workspace_id and e.calendly_uri = m.event_type_uri`;

/** Adds people to the rows, in their order, with the same few statements whatever their number. */
export async function completeMeetings(
  sql: Sql,
  workspaceId: Id,
  rows: readonly MeetingRow[],
): Promise<MeetingView[]> {
  if (rows.length === 0) return [];
  const people = await readPeople(sql, workspaceId, rows);
  const neighbours = await readNeighbours(
    sql,
    workspaceId,
    rows.flatMap((row) => (row.series_id === null ? [] : [row.id])),
  );
  const documents = await countDocuments(sql, workspaceId, rows);
  return rows.map((row) => {
    const { event_type_uri: uri, event_type_name: name, ...rest } = row;
    const invitees = people.invitees.get(row.calendly_uri) ?? [];
    const active = invitees.filter((invitee) => invitee.status === 'active');
    return {
      ...rest,
      cancellation: row.cancellation && cancellationOf(row.cancellation),
      hosts: row.hosts.map((host) => ({
        user_uri: host.user_uri,
        email: host.email,
        name: host.name,
        user_id: people.users.get(host.user_uri) ?? null,
      })),
      invitees,
      clients: people.clients.get(row.id) ?? [],
      event_type: uri === null ? null : { uri, name },
      rescheduled_from: neighbours.get(row.id)?.rescheduled_from ?? null,
      rescheduled_to: neighbours.get(row.id)?.rescheduled_to ?? null,
      no_show: active.length > 0 && active.every((invitee) => invitee.no_show),
      documents_count: documents.get(row.id) ?? 0,
    };
  });
}

function cancellationOf(kept: { readonly [key in keyof Cancellation]?: Json }): Cancellation {
  const text = (value: Json | undefined): string | null =>
    typeof value === 'string' ? value : null;
  return {
    by: text(kept.by),
    reason: text(kept.reason),
    at: text(kept.at) as Cancellation['at'],
    canceler_type: text(kept.canceler_type),
  };
}
