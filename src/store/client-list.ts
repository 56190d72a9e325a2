/** Clients as they are read: one, or a page of a searched list, with the meetings they were in. */
import type { Id } from '../domain/id.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Sql } from './db.ts';
import { containing, pageOf, type Page } from './page.ts';

export interface ClientView {
  id: Id;
  name: string | null;
  emails: string[];
  phones: string[];
  notes: string | null;
  tags: string[];
  source: string;
  first_meeting_at: Timestamp | null;
  last_meeting_at: Timestamp | null;
  next_meeting_at: Timestamp | null;
  meetings_count: number;
  documents_count: number;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface ClientPageRequest {
  /** Literal text within the name or an e-mail. */
  q?: string | undefined;
  /** Id of the last client of the page before. */
  after?: Id | undefined;
  limit: number;
}

/** Meetings count while they and the person's place in them are active and not vanished. */
function selectClients(now: string, rest: string): string {
  return `
  select c.id, c.name, array(
      select e.email from client_emails e where e.workspace_id = c.workspace_id and e.client_id = c.id
      order by e.created_at, e.email_key) as emails,
    c.phones, c.notes, c.tags, c.source, met.first_meeting_at, met.last_meeting_at, met.next_meeting_at,
    met.meetings_count::int as meetings_count, (
      select count(*)::int from client_documents d
      where d.workspace_id = c.workspace_id and d.client_id = c.id and not d.is_deleted) as documents_count, c.created_at, c.updated_at
  from (select * from clients c ${rest}) c
  cross join lateral (
    select min(m.start_time) as first_meeting_at,
      max(m.start_time) filter (where m.start_time <= ${now}::timestamptz) as last_meeting_at,
      min(m.start_time) filter (where m.start_time > ${now}::timestamptz) as next_meeting_at,
      count(*) as meetings_count
    from meetings m
    where m.workspace_id = c.workspace_id and m.status = 'active' and m.vanished_at is null
      and m.id in (
        select of.id from invitees i join meetings of
          on of.workspace_id = i.workspace_id and of.calendly_uri = i.meeting_uri
        where i.workspace_id = c.workspace_id and i.client_id = c.id and i.status = 'active'
          and i.vanished_at is null
        union
        select g.meeting_id from meeting_guests g
        where g.workspace_id = c.workspace_id and g.client_id = c.id)) met
  order by c.id desc`;
}

/** The page after `after`, newest client first. */
export async function listClients(
  sql: Sql,
  workspaceId: Id,
  request: ClientPageRequest,
): Promise<Page<ClientView>> {
  const params: unknown[] = [workspaceId, await sql.clock()];
  const conditions = ['c.workspace_id = $1'];
  if (request.after !== undefined) {
    conditions.push(`c.id < $${params.push(request.after)}::uuid`);
  }
  if (request.q !== undefined) {
    const pattern = `$${params.push(containing(request.q))}`;
    conditions.push(`(c.name ilike ${pattern} or exists (
      select 1 from client_emails e where e.workspace_id = c.workspace_id and e.client_id = c.id
        and e.email ilike ${pattern}))`);
  }
  const { rows } = await sql.query<ClientView>(
    selectClients(
      '$2',
      `where ${conditions.join(' and ')} order by c.id desc limit $${params.push(request.limit + 1)}`,
    ),
    params,
  );
  return pageOf(rows, request.limit);
}

/** The client with this id in this workspace. */
export async function findClient(
  sql: Sql,
  workspaceId: Id,
  id: Id,
): Promise<ClientView | undefined> {
  const { rows } = await sql.query<ClientView>(
    selectClients('$2', 'where c.workspace_id = $1 and c.id = $3'),
    [workspaceId, await sql.clock(), id],
  );
  return rows[0];
}
