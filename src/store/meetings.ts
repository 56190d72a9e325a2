/** Meetings as rows: the one statement that writes what Calendly says of them. */
import type { Observation } from '../domain/observation.ts';
import type { Json } from '../domain/json.ts';
import type { ObservedMeeting } from '../domain/meeting.ts';
import type { Tx } from './db.ts';
import { newerThan, observedColumns } from './guard.ts';

export interface WrittenRow {
  id: string;
  calendly_uri: string;
  inserted: boolean;
}

const WRITTEN = [
  'title',
  'status',
  'start_time',
  'end_time',
  'event_type_uri',
  'location',
  'hosts',
  'guests',
  'invitees_total',
  'invitees_active',
  'invitees_limit',
  'cancellation',
  'notes_plain',
  'notes_html',
  'calendly_created_at',
  'source_updated_at',
  'raw_exact',
  'flags',
  'core_hash',
  'full_hash',
  'observed_at',
  'observed_from',
  'fingerprint',
  'updated_at',
  'synced_at',
];

/** Of each column that a delivery may lack: the key of Calendly's JSON that it comes from. */
const KEYS: Readonly<Record<string, string>> = {
  title: 'name',
  event_type_uri: 'event_type',
  location: 'location',
  hosts: 'event_memberships',
  guests: 'event_guests',
  invitees_total: 'invitees_counter',
  invitees_active: 'invitees_counter',
  invitees_limit: 'invitees_counter',
  cancellation: 'cancellation',
  notes_plain: 'meeting_notes_plain',
  notes_html: 'meeting_notes_html',
};

const UPSERT = `
  insert into meetings as m (workspace_id, id, calendly_uri, created_at, calendar_event, raw, ${WRITTEN.join(', ')})
  select $1, x.id, x.calendly_uri, $3, x.calendar_event, x.raw, x.title, x.status, x.start_time, x.end_time,
    x.event_type_uri, x.location, x.hosts, x.guests, x.invitees_total, x.invitees_active, x.invitees_limit,
    x.cancellation, x.notes_plain, x.notes_html, x.calendly_created_at, x.source_updated_at, x.raw_exact,
    x.flags, x.core_hash, x.full_hash, $4, $5, x.fingerprint, $3, $3
  from jsonb_to_recordset($2::jsonb) as x(
    id uuid, calendly_uri text, calendar_event jsonb, raw jsonb, title text, status text, start_time timestamptz,
    end_time timestamptz, event_type_uri text, location jsonb, hosts jsonb, guests jsonb, invitees_total integer,
    invitees_active integer, invitees_limit integer, cancellation jsonb, notes_plain text, notes_html text,
    calendly_created_at timestamptz, source_updated_at timestamptz, raw_exact text, flags text[], core_hash text,
    full_hash text, fingerprint text)
  order by x.calendly_uri
  on conflict (workspace_id, calendly_uri) do update set
    ${observedColumns(WRITTEN, { target: 'm', source: '$5', keys: KEYS })},
    calendar_event = case when $5 = 'delivery' then m.calendar_event else excluded.calendar_event end,
    raw = case when $5 = 'delivery' then m.raw || excluded.raw else excluded.raw end
  where ${newerThan('m', { source: '$5', at: '$3' })}
  returning id, calendly_uri, (xmax = 0) as inserted`;

/** The columns that mirror Calendly, with the values that this observation gives them. */
export function meetingColumns(meeting: ObservedMeeting): Record<string, Json> {
  return {
    calendar_event: meeting.calendarEvent ?? null,
    title: meeting.title,
    status: meeting.status,
    start_time: meeting.startTime,
    end_time: meeting.endTime,
    event_type_uri: meeting.eventTypeUri,
    location: meeting.location,
    hosts: meeting.hosts.map((host) => ({ ...host })),
    guests: meeting.guests.map((guest) => ({ ...guest })),
    invitees_total: meeting.inviteesTotal,
    invitees_active: meeting.inviteesActive,
    invitees_limit: meeting.inviteesLimit,
    cancellation: meeting.cancellation === null ? null : { ...meeting.cancellation },
    notes_plain: meeting.notesPlain,
    notes_html: meeting.notesHtml,
    calendly_created_at: meeting.calendlyCreatedAt,
    source_updated_at: meeting.sourceUpdatedAt,
    raw: meeting.raw,
  };
}

/**
 * Writes what differs and is newer (see `newerThan`); answers the rows that were written.
 * `meetings` holds each URI once; `at` is the database clock now.
 */
export async function upsertMeetings(
  tx: Tx,
  observation: Observation,
  write: { at: string; meetings: readonly ObservedMeeting[]; newId: () => string },
): Promise<Map<string, WrittenRow>> {
  if (write.meetings.length === 0) return new Map();
  const input = write.meetings.map((meeting) => ({
    ...meetingColumns(meeting),
    id: write.newId(),
    calendly_uri: meeting.uri,
    raw_exact: meeting.rawExact,
    flags: meeting.flags,
    core_hash: meeting.coreHash,
    full_hash: observation.source === 'delivery' ? null : meeting.fullHash,
    fingerprint: meeting.fingerprint,
  }));
  const { rows } = await tx.query<WrittenRow>(UPSERT, [
    observation.workspaceId,
    JSON.stringify(input),
    write.at,
    observation.readStartedAt,
    observation.source,
  ]);
  return new Map(rows.map((row) => [row.calendly_uri, row]));
}

/**
 * Says that the invitees of these meetings are complete where Calendly's own counters (active, and all that
 * ever were) agree with the rows.
 */
export async function settleByCounters(
  tx: Tx,
  workspaceId: string,
  settle: { at: string; uris: readonly string[] },
): Promise<void> {
  await tx.query(
    `update meetings m set invitees_fingerprint = m.fingerprint, invitees_read_at = $3
     where m.workspace_id = $1 and m.calendly_uri = any($2::text[])
       and m.fingerprint is distinct from m.invitees_fingerprint
       and (m.invitees_total, m.invitees_active) = (
         select count(*), count(*) filter (where i.status = 'active') from invitees i
         where i.workspace_id = $1 and i.meeting_uri = m.calendly_uri)`,
    [workspaceId, settle.uris, settle.at],
  );
}

/**
 * Says that the invitees of these meetings are complete for the given fingerprints. Answers the
 * meetings whose fingerprint is another one by now.
 */
export async function markInviteesRead(
  tx: Tx,
  workspaceId: string,
  read: { at: string; fingerprints: ReadonlyMap<string, string> },
): Promise<string[]> {
  const { rows } = await tx.query<{ calendly_uri: string; moved: boolean }>(
    `update meetings m set invitees_fingerprint = x.fingerprint, invitees_read_at = $3
     from jsonb_to_recordset($2::jsonb) as x(uri text, fingerprint text)
     where m.workspace_id = $1 and m.calendly_uri = x.uri
     returning m.calendly_uri, m.fingerprint <> x.fingerprint as moved`,
    [
      workspaceId,
      JSON.stringify([...read.fingerprints].map(([uri, fingerprint]) => ({ uri, fingerprint }))),
      read.at,
    ],
  );
  return rows.filter(({ moved }) => moved).map((row) => row.calendly_uri);
}
