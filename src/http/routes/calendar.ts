/** Calendar feeds: /ics/{secret}.ics, and /api/calendar-feed by which a user makes and ends the link. */
import { z } from 'zod';
import { hashKey, newKey } from '../../accounts/keys.ts';
import { timestampFromMs } from '../../domain/timestamp.ts';
import {
  findCalendarFeed,
  findFeedOwner,
  removeCalendarFeed,
  replaceCalendarFeed,
} from '../../store/calendar-feeds.ts';
import { listMeetings } from '../../store/meeting-list.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf, starting } from '../auth.ts';
import { renderCalendar } from '../calendar.ts';
import type { HttpDeps } from '../deps.ts';
import { idsOf } from '../ids.ts';
import { baseOf } from '../origin.ts';
import { noQuery } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { time } from '../schemas/shared.ts';

const DAY_MS = 86_400_000;
/** What a calendar shows of the past; what comes is shown whole. */
const PAST_DAYS = 90;
const PAGE = 200;
/** A calendar of more would be a burden to whoever subscribes. */
const MOST_MEETINGS = 5000;
const TAGS = ['meetings'];

/** Adds the routes of the signed-in user. */
export function calendarFeedRoutes(
  api: Api,
  deps: Pick<HttpDeps, 'tenants' | 'clock' | 'random' | 'settings'>,
): void {
  const schema = { tags: TAGS, security: BEARER, querystring: noQuery };

  api.get(
    '/api/calendar-feed',
    {
      schema: {
        ...schema,
        summary: 'Whether there is a calendar feed',
        response: { 200: z.object({ created_at: time.nullable() }) },
      },
    },
    async (request) => {
      const created = await findCalendarFeed(rowsOf(deps, request), callerOf(request));
      return { created_at: created ?? null };
    },
  );

  api.post(
    '/api/calendar-feed',
    {
      schema: {
        ...schema,
        summary: 'Make a link to a calendar of the meetings that the caller hosts',
        description: 'Shown once. Whoever has it sees them; making another one ends it.',
        body: z.strictObject({}).nullish(),
        response: { 201: z.object({ url: z.string(), created_at: time }) },
      },
    },
    async (request, reply) => {
      const key = newKey(idsOf(deps));
      const hash = hashKey(key) ?? new Uint8Array();
      const created = await replaceCalendarFeed(rowsOf(deps, request), callerOf(request), hash);
      const url = `${deps.settings.publicUrl ?? baseOf(request)}/ics/${key}.ics`;
      return reply.code(201).send({ url, created_at: created });
    },
  );

  api.delete(
    '/api/calendar-feed',
    {
      schema: {
        ...schema,
        summary: 'End the calendar feed',
        response: { 200: z.object({ success: z.literal(true) }) },
      },
    },
    async (request) => {
      if (!(await removeCalendarFeed(rowsOf(deps, request), callerOf(request)))) throw NOT_FOUND;
      return { success: true as const };
    },
  );
}

/** Adds the route that calendars read; the link itself is the key. */
export function icsRoutes(api: Api, deps: Pick<HttpDeps, 'tenants' | 'clock' | 'phase'>): void {
  api.get(
    '/ics/:file',
    {
      schema: {
        summary: 'A calendar feed (iCalendar)',
        description: 'The meetings of the last 90 days and all to come that its user hosts.',
        tags: TAGS,
        params: z.object({ file: z.string() }),
        querystring: noQuery,
        produces: ['text/calendar'],
        response: { 200: z.string() },
      },
    },
    async (request, reply) => {
      if (deps.phase() === 'starting') throw starting();
      const [, key = ''] = /^([\w-]+)\.ics$/.exec(request.params.file) ?? [];
      const hash = hashKey(key);
      const owner = hash && (await findFeedOwner(deps.tenants.system, hash));
      if (!owner) throw NOT_FOUND;
      const rows = deps.tenants.of(owner.workspaceId, owner.userId);
      const from = timestampFromMs(deps.clock.now() - PAST_DAYS * DAY_MS);
      const meetings = [];
      let after;
      do {
        const page = await listMeetings(rows, owner.workspaceId, {
          filter: { from, withVanished: false },
          newestFirst: false,
          after,
          limit: PAGE,
        });
        meetings.push(...page.rows);
        const last = page.more ? page.rows.at(-1) : undefined;
        after = last && { startTime: last.start_time, id: last.id };
      } while (after !== undefined && meetings.length < MOST_MEETINGS);
      return reply
        .type('text/calendar; charset=utf-8')
        .serializer(String)
        .send(renderCalendar(meetings));
    },
  );
}
