/** Invitees as rows: the one statement that writes what Calendly says of them. */
import type { Observation } from '../domain/observation.ts';
import type { ObservedInvitee } from '../domain/invitee.ts';
import type { Json } from '../domain/json.ts';
import { emailKey } from '../domain/email.ts';
import type { Tx } from './db.ts';
import { newerThan, observedColumns } from './guard.ts';
import type { WrittenRow } from './meetings.ts';

const TYPES: Readonly<Record<string, string>> = {
  meeting_uri: 'text',
  email: 'text',
  email_key: 'text',
  name: 'text',
  first_name: 'text',
  last_name: 'text',
  status: 'text',
  timezone: 'text',
  answers: 'jsonb',
  tracking: 'jsonb',
  payment: 'jsonb',
  no_show_uri: 'text',
  no_show_at: 'timestamptz',
  rescheduled: 'boolean',
  old_invitee: 'text',
  new_invitee: 'text',
  cancellation: 'jsonb',
  reconfirmation: 'jsonb',
  scheduling_method: 'text',
  text_reminder_number: 'text',
  cancel_url: 'text',
  reschedule_url: 'text',
  routing_form_submission: 'text',
  calendly_created_at: 'timestamptz',
  source_updated_at: 'timestamptz',
  raw: 'jsonb',
  raw_exact: 'text',
  flags: 'text[]',
  core_hash: 'text',
  full_hash: 'text',
};
const COLUMNS = Object.keys(TYPES);

/** Of each column that a delivery may lack: the key of Calendly's JSON that it comes from. */
const KEYS: Readonly<Record<string, string>> = {
  name: 'name',
  first_name: 'first_name',
  last_name: 'last_name',
  timezone: 'timezone',
  answers: 'questions_and_answers',
  tracking: 'tracking',
  payment: 'payment',
  no_show_uri: 'no_show',
  no_show_at: 'no_show',
  rescheduled: 'rescheduled',
  old_invitee: 'old_invitee',
  new_invitee: 'new_invitee',
  cancellation: 'cancellation',
  reconfirmation: 'reconfirmation',
  scheduling_method: 'scheduling_method',
  text_reminder_number: 'text_reminder_number',
  cancel_url: 'cancel_url',
  reschedule_url: 'reschedule_url',
  routing_form_submission: 'routing_form_submission',
};

const UPSERT = `
  insert into invitees as i (workspace_id, id, calendly_uri, created_at, updated_at, observed_at, observed_from, ${COLUMNS.join(', ')})
  select $1, x.id, x.calendly_uri, $3, $3, $4, $5,
    ${COLUMNS.map((column) => `x.${column}`).join(', ')}
  from jsonb_to_recordset($2::jsonb) as x(id uuid, calendly_uri text,
    ${COLUMNS.map((column) => `${column} ${TYPES[column]}`).join(', ')})
  order by x.calendly_uri
  on conflict (workspace_id, calendly_uri) do update set
    ${observedColumns(
      COLUMNS.filter((column) => column !== 'raw'),
      { target: 'i', source: '$5', keys: KEYS },
    )},
    raw = case when $5 = 'delivery' then i.raw || excluded.raw else excluded.raw end,
    observed_at = excluded.observed_at,
    observed_from = excluded.observed_from,
    updated_at = excluded.updated_at,
    vanished_at = null,
    link_pending = i.link_pending or i.email_key is distinct from excluded.email_key
  where ${newerThan('i', { source: '$5', at: '$3' })}
  returning id, calendly_uri, (xmax = 0) as inserted, (
    select m.id from meetings m
    where m.workspace_id = i.workspace_id and m.calendly_uri = i.meeting_uri) as meeting_id`;

/** The columns that mirror Calendly, with the values that this observation gives them. */
export function inviteeColumns(invitee: ObservedInvitee): Record<string, Json> {
  return {
    meeting_uri: invitee.meetingUri,
    email: invitee.email,
    name: invitee.name,
    first_name: invitee.firstName,
    last_name: invitee.lastName,
    status: invitee.status,
    timezone: invitee.timezone,
    answers: invitee.answers.map((answer) => ({ ...answer })),
    tracking: invitee.tracking,
    payment: invitee.payment,
    no_show_uri: invitee.noShowUri,
    no_show_at: invitee.noShowAt,
    rescheduled: invitee.rescheduled,
    old_invitee: invitee.oldInvitee,
    new_invitee: invitee.newInvitee,
    cancellation: invitee.cancellation === null ? null : { ...invitee.cancellation },
    reconfirmation: invitee.reconfirmation,
    scheduling_method: invitee.schedulingMethod,
    text_reminder_number: invitee.textReminderNumber,
    cancel_url: invitee.cancelUrl,
    reschedule_url: invitee.rescheduleUrl,
    routing_form_submission: invitee.routingFormSubmission,
    calendly_created_at: invitee.calendlyCreatedAt,
    source_updated_at: invitee.sourceUpdatedAt,
    raw: invitee.raw,
  };
}

export interface WrittenInvitee extends WrittenRow {
  /** Null where the meeting has no row yet. */
  meeting_id: string | null;
}

/** Writes what differs and is newer (see `newerThan`); answers the rows that were written. */
export async function upsertInvitees(
  tx: Tx,
  observation: Observation,
  write: { at: string; invitees: readonly ObservedInvitee[]; newId: () => string },
): Promise<Map<string, WrittenInvitee>> {
  if (write.invitees.length === 0) return new Map();
  const input = write.invitees.map((invitee) => ({
    ...inviteeColumns(invitee),
    id: write.newId(),
    calendly_uri: invitee.uri,
    email_key: emailKey(invitee.email) ?? null,
    raw_exact: invitee.rawExact,
    flags: invitee.flags,
    core_hash: invitee.coreHash,
    full_hash: observation.source === 'delivery' ? null : invitee.fullHash,
  }));
  const { rows } = await tx.query<WrittenInvitee>(UPSERT, [
    observation.workspaceId,
    JSON.stringify(input),
    write.at,
    observation.readStartedAt,
    observation.source,
  ]);
  return new Map(rows.map((row) => [row.calendly_uri, row]));
}
