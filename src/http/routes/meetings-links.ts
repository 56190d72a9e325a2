/** PATCH /api/meetings/{id}/invitees/{id}: a user says whose an invitee is. */
import { z } from 'zod';
import { linkByHand } from '../../clients/manual-link.ts';
import { isId } from '../../domain/id.ts';
import { findInviteesOf } from '../../store/manual-links.ts';
import { findMeeting } from '../../store/meeting-list.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import { changeClients, type ClientDeps } from '../client-actions.ts';
import { linkAudit } from '../meeting-link.ts';
import { noQuery, text } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { meetingSchema } from '../schemas/meeting.ts';

/** Adds the route. */
export function meetingLinkRoutes(api: Api, deps: ClientDeps): void {
  api.patch(
    '/api/meetings/:id/invitees/:invitee',
    {
      schema: {
        summary: 'Say whose an invitee is',
        description:
          'Above every rule, and for the meetings that this one is rescheduled to. With null the rules decide again.',
        tags: ['meetings'],
        security: BEARER,
        params: z.object({ id: z.string(), invitee: z.string() }),
        querystring: noQuery,
        body: z.strictObject({ client_id: text(200).nullable() }),
        response: { 200: meetingSchema },
      },
    },
    async (request) => {
      const { id: meetingId, invitee: inviteeId } = request.params;
      if (!isId(meetingId) || !isId(inviteeId)) throw NOT_FOUND;
      const { workspaceId } = callerOf(request);
      const [found] = await findInviteesOf(rowsOf(deps, request), workspaceId, {
        meetingId,
        inviteeId,
      });
      if (found === undefined) throw NOT_FOUND;
      const { client_id: clientId } = request.body;
      const link = { inviteeId, clientId };
      await changeClients(deps, request, {
        clients: clientId === null ? [] : [clientId],
        work: async ({ tx, newId }) => ({
          result: null,
          news: [
            ...(await linkByHand(tx, workspaceId, { ...link, newId })),
            { event: 'meeting.updated', subjectId: meetingId },
          ],
          audit: linkAudit(link),
        }),
      });
      const meeting = await findMeeting(rowsOf(deps, request), workspaceId, meetingId);
      if (meeting === undefined) throw NOT_FOUND;
      return meeting;
    },
  );
}
