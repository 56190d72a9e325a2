/** Clients as they are read: one, or a page of a searched list, with the meetings they were in. */
import type { Id } from '../domain/id.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import { type GivenAnswer, listAnswers } from './client-answers.ts';
import type { Sql } from './db.ts';
import { containing, pageOf, type Page } from './page.ts';
import { collectClients, findPage } from './search.ts';

export interface ClientView {
  id: Id;
  name: string | null;
  emails: string[];
  phones: string[];
  notes: string | null;
  tags: string[];
  /** `utm_source` of the first booking, else where the client came from. */
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
  /** Literal text within the name, an e-mail or a phone number. */
  q?: string | undefined;
  /** Id of the last client of the page before. */
  after?: Id | undefined;
  limit: number;
}

/** `chosen` selects the clients. Meetings count while they and the person's place in them are active and not vanished. */
function selectClients(now: string, chosen: string): string {
  return `
  select c.id, c.name, array(
      select e.email from client_emails e where e.workspace_id = c.workspace_id and e.client_id = c.id
      order by e.created_at, e.email_key) as emails,
    array(
      select p.phone from client_phones p
      where p.workspace_id = c.workspace_id and p.client_id = c.id and p.removed_at is null
      order by p.created_at, p.phone) as phones,
    c.notes, c.tags, coalesce((
      select nullif(i.tracking ->> 'utm_source', '') from (
        select tracking from invitees i where i.workspace_id = c.workspace_id and i.client_id = c.id
        order by i.calendly_created_at, i.id limit 1) i), c.source) as source, met.first_meeting_at, met.last_meeting_at, met.next_meeting_at,
    met.meetings_count::int as meetings_count, (
      select count(*)::int from client_documents d
      where d.workspace_id = c.workspace_id and d.client_id = c.id and not d.is_deleted) as documents_count, c.created_at, c.updated_at
  from (${chosen}) c
  cross join lateral (
    select min(m.start_time) as first_meeting_at,
      max(m.start_time) filter (where m.start_time <= ${now}::timestamptz) as last_meeting_at,
      min(m.start_time) filter (where m.start_time > ${now}::timestamptz) as next_meeting_at,
      count(*) as meetings_count
    from (
      select m.id, m.start_time from invitees i join meetings m
        on m.workspace_id = i.workspace_id and m.calendly_uri = i.meeting_uri
      where i.workspace_id = c.workspace_id and i.client_id = c.id and i.status = 'active'
        and i.vanished_at is null and m.status = 'active' and m.vanished_at is null
      union
      select m.id, m.start_time from meeting_guests g join meetings m
        on m.workspace_id = g.workspace_id and m.id = g.meeting_id
      where g.workspace_id = c.workspace_id and g.client_id = c.id and m.status = 'active'
        and m.vanished_at is null) m) met
  order by c.id desc`;
}

/** The page after `after`, newest client first. */
export async function listClients(
  sql: Sql,
  workspaceId: Id,
  request: ClientPageRequest,
): Promise<Page<ClientView>> {
  const { q, limit, after } = request;
  if (q === undefined) return pageOf(await readRows(sql, workspaceId, request), limit);
  const search = { pattern: containing(q), after };
  const among = { ...request, after: undefined };
  const rows = await findPage(limit + 1, {
    look: (window) => readRows(sql, workspaceId, { ...request, window }),
    byIndex: () =>
      collectClients(sql, search, {
        wanted: limit + 1,
        read: (ids) => readRows(sql, workspaceId, { ...among, ids, window: ids.length }),
      }),
  });
  return pageOf(rows, limit);
}

/** The rows of a page; with a text those that hold it of the next `window` clients, of these `ids` where they are given. */
async function readRows(
  sql: Sql,
  workspaceId: Id,
  request: ClientPageRequest & { ids?: readonly Id[]; window?: number },
): Promise<ClientView[]> {
  const { q, after, ids, window } = request;
  const params: unknown[] = [workspaceId, await sql.clock()];
  const conditions = ['c.workspace_id = $1'];
  if (after !== undefined) conditions.push(`c.id < $${params.push(after)}::uuid`);
  if (ids !== undefined) conditions.push(`c.id = any($${params.push(ids)}::uuid[])`);
  const inOrder = `select c.* from clients c where ${conditions.join(' and ')} order by c.id desc`;
  const limit = `limit $${params.push(request.limit + 1)}`;
  const { rows } = await sql.query<ClientView>(
    selectClients(
      '$2',
      q === undefined || window === undefined
        ? `${inOrder} ${limit}`
        : `select c.* from (${inOrder} limit $${params.push(window)}) c
           where ${withText(`$${params.push(containing(q))}`)} order by c.id desc ${limit}`,
    ),
    params,
  );
  return rows;
}

/** Subqueries with a limit: `exists` would be planned as a look through all addresses there are. */
function withText(pattern: string): string {
  return `(c.name ilike ${pattern}
    or (select true from client_emails e where e.workspace_id = c.workspace_id and e.client_id = c.id
      and e.email ilike ${pattern} limit 1)
    or (select true from client_phones p where p.workspace_id = c.workspace_id and p.client_id = c.id
      and p.removed_at is null and p.phone ilike ${pattern} limit 1))`;
}

/** The client with this id in this workspace. */
export async function findClient(
  sql: Sql,
  workspaceId: Id,
  id: Id,
): Promise<ClientView | undefined> {
  const { rows } = await sql.query<ClientView>(
    selectClients('$2', 'select * from clients c where c.workspace_id = $1 and c.id = $3'),
    [workspaceId, await sql.clock(), id],
  );
  return rows[0];
}

export interface ClientDetail extends ClientView {
  answers: GivenAnswer[];
}

/** The same with what the client has answered when booking. */
export async function findClientDetail(
  sql: Sql,
  workspaceId: Id,
  id: Id,
): Promise<ClientDetail | undefined> {
  const client = await findClient(sql, workspaceId, id);
  return client && { ...client, answers: await listAnswers(sql, workspaceId, id) };
}
