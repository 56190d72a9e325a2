/** Meetings as they are read: one, or a page of a filtered list. */
import type { Id } from '../domain/id.ts';
import type { Sql } from './db.ts';
import { completeMeetings, MEETING_COLUMNS, MEETING_FROM, SHOWN_TITLE } from './meeting-view.ts';
import type { MeetingRow, MeetingView } from './meeting-view.ts';
import { containing, pageOf, type Page } from './page.ts';
import { collectMeetings, findPage } from './search.ts';

export interface MeetingFilter {
  /** Bounds of `start_time` as `Timestamp` text: from inclusive, to exclusive. */
  from?: string | undefined;
  to?: string | undefined;
  status?: 'active' | 'canceled' | undefined;
  clientId?: Id | undefined;
  /** A host's Calendly URI, e-mail, or our user's id. */
  host?: string | undefined;
  /** Calendly URI. */
  eventType?: string | undefined;
  /** Literal text within the shown title or an invitee's name, e-mail or answers. */
  q?: string | undefined;
  withVanished: boolean;
}

export interface MeetingPlace {
  startTime: string;
  id: Id;
}

export interface MeetingPageRequest {
  filter: MeetingFilter;
  newestFirst: boolean;
  /** The last row of the page before. */
  after?: MeetingPlace | undefined;
  limit: number;
}

/** The page after `after`, ordered by start time, then id. */
export async function listMeetings(
  sql: Sql,
  workspaceId: Id,
  request: MeetingPageRequest,
): Promise<Page<MeetingView>> {
  const page = pageOf(
    request.filter.q === undefined
      ? await readRows(sql, workspaceId, request)
      : await searchRows(sql, workspaceId, { request, q: request.filter.q }),
    request.limit,
  );
  return { rows: await completeMeetings(sql, workspaceId, page.rows), more: page.more };
}

function searchRows(
  sql: Sql,
  workspaceId: Id,
  { request, q }: { request: MeetingPageRequest; q: string },
): Promise<MeetingRow[]> {
  const { after, newestFirst } = request;
  const { from, to } = request.filter;
  const wanted = request.limit + 1;
  const search = {
    pattern: containing(q),
    newestFirst,
    after: after && { start_time: after.startTime, id: after.id },
    from,
    to,
  };
  const among = { ...request, after: undefined };
  return findPage(wanted, {
    look: (window) => readRows(sql, workspaceId, { ...request, window }),
    byIndex: () =>
      collectMeetings(sql, search, {
        wanted,
        read: (ids) => readRows(sql, workspaceId, { ...among, ids, window: ids.length }),
      }),
  });
}

/** The rows of a page; with a text those that hold it of the next `window` rows, of these `ids` where they are given. */
async function readRows(
  sql: Sql,
  workspaceId: Id,
  request: MeetingPageRequest & { ids?: readonly Id[]; window?: number },
): Promise<MeetingRow[]> {
  const { filter, after, ids, window } = request;
  const { conditions, params } = whereMeetings(workspaceId, filter);
  if (after !== undefined) {
    const place = `($${params.push(after.startTime)}::timestamptz, $${params.push(after.id)}::uuid)`;
    conditions.push(`(m.start_time, m.id) ${request.newestFirst ? '<' : '>'} ${place}`);
  }
  if (ids !== undefined) conditions.push(`m.id = any($${params.push(ids)}::uuid[])`);
  const direction = request.newestFirst ? 'desc' : 'asc';
  const order = `order by m.start_time ${direction}, m.id ${direction}`;
  const where = `where ${conditions.join(' and ')}`;
  const limit = `limit $${params.push(request.limit + 1)}`;
  const { rows } = await sql.query<MeetingRow>(
    filter.q === undefined || window === undefined
      ? `select ${MEETING_COLUMNS} ${MEETING_FROM} ${where} ${order} ${limit}`
      : `with looked_at as materialized (
           select m.* from meetings m ${where} ${order} limit $${params.push(window)})
         select ${MEETING_COLUMNS} ${MEETING_FROM.replace('from meetings m', 'from looked_at m')}
         where ${withText(`$${params.push(containing(filter.q))}`)} ${order} ${limit}`,
    params,
  );
  return rows;
}

/** The meeting with this id in this workspace, vanished ones too. */
export async function findMeeting(
  sql: Sql,
  workspaceId: Id,
  id: Id,
): Promise<MeetingView | undefined> {
  const { rows } = await sql.query<MeetingRow>(
    `select ${MEETING_COLUMNS} ${MEETING_FROM} where m.workspace_id = $1 and m.id = $2`,
    [workspaceId, id],
  );
  return (await completeMeetings(sql, workspaceId, rows))[0];
}

function whereMeetings(
  workspaceId: Id,
  filter: MeetingFilter,
): { conditions: string[]; params: unknown[] } {
  const params: unknown[] = [workspaceId];
  const conditions = ['m.workspace_id = $1'];
  const add = (value: string | undefined, condition: (parameter: string) => string): void => {
    if (value !== undefined) conditions.push(condition(`$${params.push(value)}`));
  };
  if (!filter.withVanished) conditions.push('m.vanished_at is null');
  add(filter.from, (from) => `m.start_time >= ${from}::timestamptz`);
  add(filter.to, (to) => `m.start_time < ${to}::timestamptz`);
  add(filter.status, (status) => `m.status = ${status}`);
  add(filter.eventType, (uri) => `m.event_type_uri = ${uri}`);
  add(filter.clientId, withClient);
  add(filter.host, withHost);
  return { conditions, params };
}

function withClient(id: string): string {
  return `(
    exists (select 1 from invitees i where i.workspace_id = m.workspace_id
      and i.meeting_uri = m.calendly_uri and i.client_id = ${id}::uuid and i.vanished_at is null)
    or exists (select 1 from meeting_guests g where g.workspace_id = m.workspace_id
      and g.meeting_id = m.id and g.client_id = ${id}::uuid))`;
}

function withHost(host: string): string {
  return `exists (select 1 from jsonb_array_elements(m.hosts) h
    where h->>'user_uri' = ${host} or lower(h->>'email') = lower(${host})
      or exists (select 1 from calendly_connections c where c.workspace_id = m.workspace_id
        and c.calendly_user_uri = h->>'user_uri' and c.user_id::text = ${host})
      or exists (select 1 from organization_members o join users u on u.workspace_id = o.workspace_id
          and u.email_key = o.email_key and u.removed_at is null
        where o.workspace_id = m.workspace_id and o.user_uri = h->>'user_uri' and u.id::text = ${host}))`;
}

/** A subquery with a limit: `exists` would be planned as a look through all invitees there are. */
function withText(pattern: string): string {
  return `(${SHOWN_TITLE} ilike ${pattern}
    or (select true from invitees i where i.workspace_id = m.workspace_id
      and i.meeting_uri = m.calendly_uri and i.vanished_at is null
      and (i.name ilike ${pattern} or i.email ilike ${pattern} or exists (
        select 1 from jsonb_array_elements(i.answers) a where a ->> 'answer' ilike ${pattern})) limit 1))`;
}
