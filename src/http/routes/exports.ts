/** GET /api/meetings.csv and /api/clients.csv: lists for a spreadsheet, streamed page by page. */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type ClientView, listClients } from '../../store/client-list.ts';
import { listMeetings } from '../../store/meeting-list.ts';
import type { MeetingView } from '../../store/meeting-view.ts';
import type { Page } from '../../store/page.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import { CSV_START, CSV_TYPE, csvLine } from '../csv.ts';
import type { HttpDeps } from '../deps.ts';
import { filterOf, meetingQuery } from '../meeting-query.ts';
import { search } from '../parameters.ts';

const PAGE = 200;

type Cell = string | number | boolean | null;
type Columns<Row> = readonly (readonly [string, (row: Row) => Cell])[];

const MEETING_COLUMNS: Columns<MeetingView> = [
  ['id', (row) => row.id],
  ['title', (row) => row.title],
  ['status', (row) => row.status],
  ['start_time', (row) => row.start_time],
  ['end_time', (row) => row.end_time],
  ['event_type', (row) => row.event_type?.name ?? null],
  ['hosts', (row) => all(row.hosts.map((host) => host.name ?? host.email))],
  ['invitees', (row) => all(row.invitees.map(({ name }) => name))],
  ['invitee_emails', (row) => all(row.invitees.map(({ email }) => email))],
  ['guests', (row) => all(row.guests.map(({ email }) => email))],
  ['clients', (row) => all(row.clients.map(({ name, emails }) => name ?? emails[0] ?? null))],
  ['location', (row) => locationOf(row)],
  ['no_show', (row) => row.no_show],
  ['canceled_by', (row) => row.cancellation?.by ?? null],
  ['cancel_reason', (row) => row.cancellation?.reason ?? null],
  ['notes', (row) => row.notes],
  ['documents', (row) => row.documents_count],
  ['calendly_uri', (row) => row.calendly_uri],
];

const CLIENT_COLUMNS: Columns<ClientView> = [
  ['id', (row) => row.id],
  ['name', (row) => row.name],
  ['emails', (row) => all(row.emails)],
  ['phones', (row) => all(row.phones)],
  ['tags', (row) => all(row.tags)],
  ['notes', (row) => row.notes],
  ['source', (row) => row.source],
  ['first_meeting_at', (row) => row.first_meeting_at],
  ['last_meeting_at', (row) => row.last_meeting_at],
  ['next_meeting_at', (row) => row.next_meeting_at],
  ['meetings', (row) => row.meetings_count],
  ['documents', (row) => row.documents_count],
];

/** Adds the routes. */
export function exportRoutes(api: Api, deps: Pick<HttpDeps, 'tenants'>): void {
  const answer = {
    security: BEARER,
    produces: ['text/csv'],
    response: { 200: z.string() },
  };

  api.get(
    '/api/meetings.csv',
    {
      schema: {
        ...answer,
        summary: 'Meetings for a spreadsheet',
        description: 'The filters of /api/meetings. Times are UTC. Text is never a formula.',
        tags: ['meetings'],
        querystring: meetingQuery,
      },
    },
    async (request, reply) => {
      const { workspaceId } = callerOf(request);
      const filter = filterOf(request.query);
      const newestFirst = request.query.order === '-start_time';
      const rows = rowsOf(deps, request);
      const pages = pagesOf<MeetingView>((last) =>
        listMeetings(rows, workspaceId, {
          filter,
          newestFirst,
          after: last && { startTime: last.start_time, id: last.id },
          limit: PAGE,
        }),
      );
      return send(reply, { name: 'meetings.csv', columns: MEETING_COLUMNS, pages });
    },
  );

  api.get(
    '/api/clients.csv',
    {
      schema: {
        ...answer,
        summary: 'Clients for a spreadsheet',
        tags: ['clients'],
        querystring: z.strictObject({ q: search }),
      },
    },
    async (request, reply) => {
      const { workspaceId } = callerOf(request);
      const { q } = request.query;
      const rows = rowsOf(deps, request);
      const pages = pagesOf<ClientView>((last) =>
        listClients(rows, workspaceId, { q, after: last?.id, limit: PAGE }),
      );
      return send(reply, { name: 'clients.csv', columns: CLIENT_COLUMNS, pages });
    },
  );
}

async function* pagesOf<Row>(
  read: (last: Row | undefined) => Promise<Page<Row>>,
): AsyncGenerator<readonly Row[]> {
  let last: Row | undefined;
  do {
    const page = await read(last);
    yield page.rows;
    last = page.more ? page.rows.at(-1) : undefined;
  } while (last !== undefined);
}

/** The first page is read before anything is sent, so that what fails at once is a problem and not half a file. */
async function send<Row>(
  reply: FastifyReply,
  file: { name: string; columns: Columns<Row>; pages: AsyncGenerator<readonly Row[]> },
): Promise<never> {
  const { name, columns, pages } = file;
  const first = await pages.next();
  async function* lines(): AsyncGenerator<string> {
    yield CSV_START + csvLine(columns.map(([title]) => title));
    for (let page = first; page.done !== true; page = await pages.next()) {
      yield page.value.map((row) => csvLine(columns.map(([, cell]) => cell(row)))).join('');
    }
  }
  reply.type(CSV_TYPE).header('content-disposition', `attachment; filename="${name}"`);
  return reply
    .serializer((stream: unknown) => stream as string)
    .send(Readable.from(lines()) as never);
}

function all(values: readonly (string | null)[]): string {
  return values.filter((value) => value !== null).join('; ');
}

function locationOf({ location }: MeetingView): string | null {
  for (const key of ['join_url', 'location', 'type']) {
    const value = location?.[key];
    if (typeof value === 'string') return value;
  }
  return null;
}
