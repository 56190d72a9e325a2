/** The people of a page of meetings: invitees, the clients behind them, the users who host. */
import type { Id } from '../domain/id.ts';
import type { Answer } from '../domain/invitee.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Host, MeetingStatus } from '../domain/meeting.ts';
import type { Sql } from './db.ts';

export interface InviteeView {
  id: Id;
  calendly_uri: string;
  name: string | null;
  email: string | null;
  status: MeetingStatus;
  timezone: string | null;
  client_id: Id | null;
  link_rule: string | null;
  /** What the link rests on. */
  link_evidence: JsonObject | null;
  answers: Answer[];
  tracking: JsonObject | null;
  payment: JsonObject | null;
  no_show: boolean;
  rescheduled: boolean;
  /** Calendly URIs of the invitees before and after this one. */
  rescheduled_from: string | null;
  rescheduled_to: string | null;
}

export interface ClientOfMeeting {
  id: Id;
  name: string | null;
  emails: string[];
}

export interface People {
  /** By the meeting's Calendly URI. */
  invitees: Map<string, InviteeView[]>;
  /** By the meeting's id. */
  clients: Map<Id, ClientOfMeeting[]>;
  /** Our users by their Calendly URI. */
  users: Map<string, Id>;
}

interface Meeting {
  id: Id;
  calendly_uri: string;
  hosts: readonly Host[];
}

/** Everybody of these meetings; invitees that vanished from Calendly are left out. */
export async function readPeople(
  sql: Sql,
  workspaceId: Id,
  meetings: readonly Meeting[],
): Promise<People> {
  if (meetings.length === 0) return { invitees: new Map(), clients: new Map(), users: new Map() };
  return {
    invitees: await readInvitees(sql, workspaceId, meetings),
    clients: await readClients(sql, workspaceId, meetings),
    users: await readHostUsers(sql, workspaceId, meetings),
  };
}

async function readInvitees(
  sql: Sql,
  workspaceId: Id,
  meetings: readonly Meeting[],
): Promise<Map<string, InviteeView[]>> {
  const { rows } = await sql.query<InviteeView & { meeting_uri: string }>(
    `select meeting_uri, id, calendly_uri, name, email, status, timezone, client_id, link_rule, link_evidence, answers,
       tracking, payment, no_show_at is not null as no_show, rescheduled,
       old_invitee as rescheduled_from, new_invitee as rescheduled_to
     from invitees
     where workspace_id = $1 and meeting_uri = any($2::text[]) and vanished_at is null
     order by calendly_created_at, id`,
    [workspaceId, meetings.map((meeting) => meeting.calendly_uri)],
  );
  const found = new Map<string, InviteeView[]>();
  for (const { meeting_uri: uri, ...invitee } of rows) append(found, uri, invitee);
  return found;
}

async function readClients(
  sql: Sql,
  workspaceId: Id,
  meetings: readonly Meeting[],
): Promise<Map<Id, ClientOfMeeting[]>> {
  const { rows } = await sql.query<ClientOfMeeting & { meeting_id: Id }>(
    `with linked as (
       select m.id as meeting_id, i.client_id from meetings m
       join invitees i on i.workspace_id = m.workspace_id and i.meeting_uri = m.calendly_uri
       where m.workspace_id = $1 and m.id = any($2::uuid[]) and i.client_id is not null
         and i.vanished_at is null
       union
       select g.meeting_id, g.client_id from meeting_guests g
       where g.workspace_id = $1 and g.meeting_id = any($2::uuid[]) and g.client_id is not null)
     select l.meeting_id, c.id, c.name, array(
       select e.email from client_emails e where e.workspace_id = $1 and e.client_id = c.id
       order by e.created_at, e.email_key) as emails
     from linked l join clients c on c.workspace_id = $1 and c.id = l.client_id
     order by c.id`,
    [workspaceId, meetings.map((meeting) => meeting.id)],
  );
  const found = new Map<Id, ClientOfMeeting[]>();
  for (const { meeting_id: id, ...client } of rows) append(found, id, client);
  return found;
}

async function readHostUsers(
  sql: Sql,
  workspaceId: Id,
  meetings: readonly Meeting[],
): Promise<Map<string, Id>> {
  const uris = new Set(meetings.flatMap((meeting) => meeting.hosts.map((host) => host.user_uri)));
  const { rows } = await sql.query<{ calendly_user_uri: string; user_id: Id }>(
    `select distinct on (calendly_user_uri) calendly_user_uri, user_id from (
       select calendly_user_uri, user_id, state = 'disconnected' as rank, created_at from calendly_connections
       where workspace_id = $1 and calendly_user_uri = any($2::text[])
       union all
       select o.user_uri, u.id, null, u.created_at from organization_members o
       join users u on u.workspace_id = o.workspace_id and u.email_key = o.email_key and u.removed_at is null
       where o.workspace_id = $1 and o.user_uri = any($2::text[])) known
     order by calendly_user_uri, rank nulls last, created_at, user_id`,
    [workspaceId, [...uris]],
  );
  return new Map(rows.map((row) => [row.calendly_user_uri, row.user_id]));
}

function append<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const items = map.get(key);
  if (items === undefined) map.set(key, [item]);
  else items.push(item);
}
