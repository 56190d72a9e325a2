/** Changing meetings at Calendly: POST /api/meetings/{id}/cancel, PUT and DELETE /api/invitees/{id}/no-show. */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isId, type Id } from '../../domain/id.ts';
import { findInviteeToChange } from '../../store/changing-connections.ts';
import { claimKey, keyMismatch } from '../../store/idempotency.ts';
import { findMeeting } from '../../store/meeting-list.ts';
import type { MeetingView } from '../../store/meeting-view.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, doerOf, rowsOf, starting } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { withStatus } from '../document-refusals.ts';
import { idempotencyKeyOf } from '../idempotency.ts';
import type { MeetingChanges } from '../meeting-changes.ts';
import { idParams, noQuery, text } from '../parameters.ts';
import { HttpError, NOT_FOUND } from '../problem.ts';
import { meetingSchema } from '../schemas/meeting.ts';

type Deps = Pick<HttpDeps, 'tenants' | 'changes'>;

/** The longest reason that Calendly takes (its API reference). */
const LONGEST_REASON = 10_000;

/** Adds the routes. */
export function meetingChangeRoutes(api: Api, deps: Deps): void {
  api.post(
    '/api/meetings/:id/cancel',
    {
      schema: {
        summary: 'Cancel a meeting at Calendly',
        description:
          'As the user of a linked account. Everybody who is invited is told by Calendly. A group event is canceled whole. With an Idempotency-Key the same request again answers like the first; without one a meeting that is canceled already is 409.',
        tags: ['meetings'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        body: z.strictObject({ reason: text(LONGEST_REASON).nullable().optional() }).nullish(),
        response: { 200: meetingSchema },
      },
    },
    async (request) => {
      const before = await reach(deps, request, request.params.id);
      const reason = request.body?.reason ?? null;
      const asked = { meetingId: before.id, reason };
      if (await withStatus(() => isRepeated(deps, request, asked))) {
        return reach(deps, request, before.id);
      }
      if (before.status === 'canceled') throw canceledAlready();
      await changesOf(deps).cancel({
        asker: askerOf(request),
        meetingId: before.id,
        reason,
        by: doerOf(request),
      });
      return reach(deps, request, before.id);
    },
  );

  for (const [method, isNoShow] of [
    ['PUT', true],
    ['DELETE', false],
  ] as const) {
    api.route({
      method,
      url: '/api/invitees/:id/no-show',
      schema: {
        summary: isNoShow ? 'Mark an invitee as a no-show' : 'Take the mark as a no-show away',
        description: 'At Calendly, as the user of a linked account. Answers the meeting.',
        tags: ['meetings'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        body: z.strictObject({}).nullish(),
        response: { 200: meetingSchema },
      },
      async handler(request) {
        const { workspaceId } = callerOf(request);
        const { id } = request.params;
        const rows = rowsOf(deps, request);
        const invitee = isId(id) ? await findInviteeToChange(rows, workspaceId, id) : undefined;
        if (invitee === undefined) throw NOT_FOUND;
        const asker = askerOf(request);
        const by = doerOf(request);
        await changesOf(deps).setNoShow({ asker, inviteeId: id, isNoShow, by });
        return reach(deps, request, invitee.meeting_id);
      },
    });
  }
}

async function reach(deps: Deps, request: FastifyRequest, id: string): Promise<MeetingView> {
  const { workspaceId } = callerOf(request);
  const meeting = isId(id) ? await findMeeting(rowsOf(deps, request), workspaceId, id) : undefined;
  if (meeting === undefined) throw NOT_FOUND;
  return meeting;
}

/** Whether the request's Idempotency-Key has been used for the same request before; claims it where not. */
async function isRepeated(
  deps: Deps,
  request: FastifyRequest,
  asked: { meetingId: Id; reason: string | null },
): Promise<boolean> {
  const key = idempotencyKeyOf(request);
  if (key === null) return false;
  const { workspaceId, userId } = callerOf(request);
  const fingerprint = createHash('sha256').update(JSON.stringify(asked)).digest('hex');
  const claim = { workspaceId, userId, key: `cancel ${key}`, fingerprint };
  const known = await rowsOf(deps, request).tx((tx) => claimKey(tx, claim, [asked.meetingId]));
  if (known === undefined) return false;
  if (known.fingerprint !== fingerprint) throw keyMismatch();
  // the first may have failed after it claimed the key: only what it reached is an answer
  return (await reach(deps, request, asked.meetingId)).status === 'canceled';
}

function askerOf(request: FastifyRequest): Parameters<MeetingChanges['cancel']>[0]['asker'] {
  const { workspaceId, userId, role } = callerOf(request);
  return { workspaceId, userId, isAdmin: role === 'admin' };
}

function changesOf(deps: Deps): MeetingChanges {
  if (deps.changes === undefined) throw starting();
  return deps.changes;
}

function canceledAlready(): HttpError {
  return new HttpError({
    status: 409,
    code: 'meeting.canceled',
    message: 'This meeting is canceled already.',
  });
}
