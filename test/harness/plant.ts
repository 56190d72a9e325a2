/** Plants differences between rows and the simulated Calendly, one column at a time. */
import type { EventRecord, EventWire, InviteeWire } from '../../simulator/records.ts';
import type { Db } from '../../src/store/db.ts';

export interface Target {
  table: 'meetings' | 'invitees';
  uri: string;
  column: string;
}

/** Gives one column of one row another value of its type. */
export async function plantInRow(db: Db, { table, uri, column }: Target): Promise<void> {
  const { rows } = await db.query<{ type: string }>(
    `select data_type::text as type from information_schema.columns
     where table_schema = current_schema() and table_name = $1 and column_name = $2`,
    [table, column],
  );
  const { count } = await db.query(
    `update ${table} set ${column} = ${otherValue(column, rows[0]?.type)} where calendly_uri = $1`,
    [uri],
  );
  if (count !== 1) throw new Error(`There is no row of ${uri}`);
}

function otherValue(column: string, type: string | undefined): string {
  if (column === 'status') return `case status when 'active' then 'canceled' else 'active' end`;
  if (column === 'raw') return `raw || '{"planted": true}'`;
  switch (type) {
    case 'text':
      return `coalesce(${column}, '') || ' planted'`;
    case 'integer':
      return `coalesce(${column}, 0) + 1`;
    case 'boolean':
      return `not ${column}`;
    case 'timestamp with time zone':
      return `coalesce(${column}, calendly_created_at) + interval '1 minute'`;
    case 'jsonb':
      return `'[{"planted": true}]'`;
    default:
      throw new Error(`No other value is known for ${column}`);
  }
}

/** A second row like that of `uri`, under another URI. */
export async function copyRow(
  db: Db,
  table: 'meetings' | 'invitees',
  copy: { uri: string; as: string; id: string },
): Promise<void> {
  const { count } = await db.query(
    `insert into ${table}
     select (jsonb_populate_record(t, jsonb_build_object('id', $2::text, 'calendly_uri', $3::text))).*
     from ${table} t where calendly_uri = $1`,
    [copy.uri, copy.id, copy.as],
  );
  if (count !== 1) throw new Error(`There is no row of ${copy.uri}`);
}

/** Another microsecond of the same millisecond. */
function nudged(time: string): string {
  return time.replace(/\dZ$/, (end) => (end === '9Z' ? '8Z' : '9Z'));
}

/** Changes of an event in the simulator that move exactly one column of its row. */
export const EVENT_CHANGES: Readonly<Record<string, (event: EventRecord) => void>> = {
  title: ({ wire }) => assign(wire, { name: 'Planted' }),
  status: ({ wire }) => assign(wire, { status: 'canceled' }),
  start_time: ({ wire }) => assign(wire, { start_time: nudged(wire.start_time) }),
  end_time: ({ wire }) => assign(wire, { end_time: nudged(wire.end_time) }),
  event_type_uri: ({ wire }) => assign(wire, { event_type: `${wire.event_type}0` }),
  location: ({ wire }) => assign(wire, { location: { type: 'custom', location: 'Planted' } }),
  hosts: ({ wire }) =>
    assign(wire, {
      event_memberships: wire.event_memberships.map((host) => ({ ...host, user_name: 'Planted' })),
    }),
  guests: ({ wire }) => {
    const { created_at, updated_at } = wire;
    assign(wire, { event_guests: [{ email: 'guest@planted.example', created_at, updated_at }] });
  },
  invitees_limit: (event) => void (event.limit += 1),
  cancellation: ({ wire }) => assign(wire, { cancellation: canceled(wire.created_at) }),
  notes_plain: ({ wire }) => assign(wire, { meeting_notes_plain: 'Planted' }),
  notes_html: ({ wire }) => assign(wire, { meeting_notes_html: '<p>Planted</p>' }),
  calendar_event: ({ wire }) =>
    assign(wire, { calendar_event: { kind: 'google', external_id: 'planted' } }),
  calendly_created_at: ({ wire }) => assign(wire, { created_at: nudged(wire.created_at) }),
  source_updated_at: ({ wire }) => assign(wire, { updated_at: nudged(wire.updated_at) }),
  raw: ({ wire }) => void Object.assign(wire, { planted: true }),
};

/** The same for invitees. Each must be a no-show before, so that either half of it can move alone. */
export const INVITEE_CHANGES: Readonly<Record<string, (invitee: InviteeWire) => void>> = {
  email: (invitee) => change(invitee, { email: 'planted@clients.example' }),
  name: (invitee) => change(invitee, { name: 'Planted' }),
  first_name: (invitee) => change(invitee, { first_name: 'Planted' }),
  last_name: (invitee) => change(invitee, { last_name: 'Planted' }),
  timezone: (invitee) => change(invitee, { timezone: 'Asia/Tokyo' }),
  answers: (invitee) => change(invitee, { questions_and_answers: [] }),
  tracking: (invitee) => change(invitee, { tracking: { utm_source: 'planted' } }),
  payment: (invitee) => change(invitee, { payment: { provider: 'planted' } }),
  no_show_uri: (invitee) =>
    change(invitee, { no_show: { uri: 'planted', created_at: noShowOf(invitee).created_at } }),
  no_show_at: (invitee) => {
    const { uri, created_at } = noShowOf(invitee);
    change(invitee, { no_show: { uri, created_at: nudged(created_at) } });
  },
  rescheduled: (invitee) => change(invitee, { rescheduled: true }),
  old_invitee: (invitee) => change(invitee, { old_invitee: 'planted' }),
  new_invitee: (invitee) => change(invitee, { new_invitee: 'planted' }),
  cancellation: (invitee) => change(invitee, { cancellation: canceled(invitee.created_at) }),
  reconfirmation: (invitee) => change(invitee, { reconfirmation: { confirmed_at: null } }),
  scheduling_method: (invitee) => change(invitee, { scheduling_method: 'planted' }),
  text_reminder_number: (invitee) => change(invitee, { text_reminder_number: '+1 202 555 0100' }),
  cancel_url: (invitee) => change(invitee, { cancel_url: 'https://planted.example/cancel' }),
  reschedule_url: (invitee) => change(invitee, { reschedule_url: 'https://planted.example/move' }),
  routing_form_submission: (invitee) => change(invitee, { routing_form_submission: 'planted' }),
  calendly_created_at: (invitee) => change(invitee, { created_at: nudged(invitee.created_at) }),
  source_updated_at: (invitee) => change(invitee, { updated_at: nudged(invitee.updated_at) }),
  raw: (invitee) => void Object.assign(invitee, { planted: true }),
};

function assign(wire: EventRecord['wire'], fields: Partial<EventWire>): void {
  Object.assign(wire, fields);
}

function change(invitee: InviteeWire, fields: Partial<InviteeWire>): void {
  Object.assign(invitee, fields);
}

function noShowOf(invitee: InviteeWire): { uri: string; created_at: string } {
  if (invitee.no_show === null) throw new Error('This invitee is no no-show');
  return invitee.no_show;
}

function canceled(at: string): EventWire['cancellation'] & {} {
  return { canceled_by: 'Planted', reason: null, canceler_type: 'host', created_at: at };
}
