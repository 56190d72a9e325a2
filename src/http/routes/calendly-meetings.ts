/** /api/calendly/meetings and /stats: the plain list and counts that older clients ask for. */
import { z } from 'zod';
import { listPlainMeetings, readStats } from '../../store/stats.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { noQuery } from '../parameters.ts';
import { id, time } from '../schemas/shared.ts';

const plainMeeting = z.object({
  id,
  title: z.string(),
  starttime: time,
  endtime: time,
  summary: z.string().nullable(),
  attendees: z.array(z.object({ name: z.string().nullable(), email: z.string().nullable() })),
  meeting_source: z.literal('calendly'),
  calendly_event_uri: z.string(),
  client_email: z.string().nullable(),
});

/** Adds the routes. */
export function calendlyMeetingRoutes(api: Api, deps: Pick<HttpDeps, 'tenants'>): void {
  api.get(
    '/api/calendly/meetings',
    {
      schema: {
        summary: 'All active meetings, newest first, as a bare array',
        tags: ['calendly'],
        security: BEARER,
        querystring: noQuery,
        response: { 200: z.array(plainMeeting) },
      },
    },
    async (request) => listPlainMeetings(rowsOf(deps, request), callerOf(request).workspaceId),
  );

  api.get(
    '/api/calendly/stats',
    {
      schema: {
        summary: 'Counts of the workspace',
        tags: ['calendly'],
        security: BEARER,
        querystring: noQuery,
        response: {
          200: z.object({
            userid: id,
            google_meetings: z.literal(0),
            calendly_meetings: z.number(),
            manual_meetings: z.literal(0),
            total_meetings: z.number(),
            last_sync: time.nullable(),
          }),
        },
      },
    },
    async (request) => {
      const { workspaceId, userId } = callerOf(request);
      const stats = await readStats(rowsOf(deps, request), workspaceId);
      return {
        userid: userId,
        google_meetings: 0 as const,
        calendly_meetings: stats.meetings,
        manual_meetings: 0 as const,
        total_meetings: stats.meetings,
        last_sync: stats.lastCompleteAt,
      };
    },
  );
}
