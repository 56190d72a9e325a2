/** /api/meetings: the list, one meeting, and what a user writes on it. */
import { z } from 'zod';
import { isId } from '../../domain/id.ts';
import { linkByHand } from '../../clients/manual-link.ts';
import { editMeeting, lockMeeting, shareEditedNotes } from '../../store/meeting-edits.ts';
import { findMeeting, listMeetings } from '../../store/meeting-list.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import { changeClients, type ClientDeps } from '../client-actions.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { HttpDeps } from '../deps.ts';
import { etagOf, requireMatch } from '../etag.ts';
import { filterOf, meetingQuery } from '../meeting-query.ts';
import { cursor, idParams, limit, noQuery, text } from '../parameters.ts';
import { linkAudit, onlyInvitee } from '../meeting-link.ts';
import { NOT_FOUND } from '../problem.ts';
import { meetingSchema } from '../schemas/meeting.ts';
import { pageSchema } from '../schemas/shared.ts';

const editBody = z.strictObject({
  notes: text(100_000).nullable().optional(),
  title_override: text(500).trim().min(1, 'must not be blank').nullable().optional(),
  client_id: text(200).nullable().optional(),
});

/** Adds the routes. */
export function meetingRoutes(api: Api, deps: ClientDeps & Pick<HttpDeps, 'secrets'>): void {
  api.get(
    '/api/meetings',
    {
      schema: {
        summary: 'List meetings',
        tags: ['meetings'],
        security: BEARER,
        querystring: meetingQuery.extend({ limit, cursor }),
        response: { 200: pageSchema(meetingSchema) },
      },
    },
    async (request) => {
      const { workspaceId } = callerOf(request);
      const { limit: size, cursor: given, ...query } = request.query;
      const filter = filterOf(query);
      const scope = { key: deps.secrets.cursor, workspaceId, list: 'meetings', filter: query };
      const place = given === undefined ? undefined : readCursor(scope, given);
      // one transaction: each one says anew whose rows are meant
      const page = await rowsOf(deps, request).tx((tx) =>
        listMeetings(tx, workspaceId, {
          filter,
          newestFirst: query.order === '-start_time',
          after: place && { startTime: place['at'] ?? '', id: place['id'] ?? '' },
          limit: size,
        }),
      );
      const last = page.more ? page.rows.at(-1) : undefined;
      return {
        data: page.rows,
        next_cursor: last ? writeCursor(scope, { at: last.start_time, id: last.id }) : null,
      };
    },
  );

  api.get(
    '/api/meetings/:id',
    {
      schema: {
        summary: 'Read a meeting',
        tags: ['meetings'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        response: { 200: meetingSchema },
      },
    },
    async (request, reply) => {
      const { workspaceId } = callerOf(request);
      const { id } = request.params;
      const meeting = isId(id)
        ? await findMeeting(rowsOf(deps, request), workspaceId, id)
        : undefined;
      if (meeting === undefined) throw NOT_FOUND;
      reply.header('etag', etagOf(meeting));
      return meeting;
    },
  );

  api.patch(
    '/api/meetings/:id',
    {
      schema: {
        summary: 'Change notes or title of a meeting, or whose it is',
        description:
          'What a user writes here is never overwritten by a sync. `client_id` links its only active invitee; null lets the rules decide again.',
        tags: ['meetings'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        body: editBody,
        response: { 200: meetingSchema },
      },
    },
    async (request, reply) => {
      const { workspaceId } = callerOf(request);
      const { id } = request.params;
      if (!isId(id)) throw NOT_FOUND;
      const rows = rowsOf(deps, request);
      if ((await findMeeting(rows, workspaceId, id)) === undefined) throw NOT_FOUND;
      const { notes, title_override: titleOverride, client_id: clientId } = request.body;
      const link =
        clientId === undefined
          ? undefined
          : { clientId, inviteeId: await onlyInvitee(rows, workspaceId, id) };
      await changeClients(deps, request, {
        clients: typeof clientId === 'string' ? [clientId] : [],
        work: async ({ tx, newId }) => {
          const linked = link && (await linkByHand(tx, workspaceId, { ...link, newId }));
          const locked = await lockMeeting(tx, workspaceId, id);
          if (locked === undefined) throw NOT_FOUND;
          requireMatch(request.headers['if-match'], locked);
          await editMeeting(tx, { workspaceId, id }, { notes, titleOverride });
          if (notes !== undefined) await shareEditedNotes(tx, { workspaceId, id });
          return {
            result: null,
            news: [...(linked ?? []), { event: 'meeting.updated', subjectId: id }],
            audit: link ? linkAudit(link) : null,
          };
        },
      });
      const meeting = await findMeeting(rows, workspaceId, id);
      if (meeting === undefined) throw NOT_FOUND;
      reply.header('etag', etagOf(meeting));
      return meeting;
    },
  );
}
