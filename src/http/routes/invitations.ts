/** /api/invitations: letting people register into the workspace. */
import { z } from 'zod';
import { actorOf, invite, withdrawInvitation } from '../../accounts/members.ts';
import { isId } from '../../domain/id.ts';
import { timestampFromMs } from '../../domain/timestamp.ts';
import { listInvitations } from '../../store/account-links.ts';
import { linkAt } from '../account-link.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, requireAdmin, rowsOf } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { pageById } from '../id-pages.ts';
import { idsOf } from '../ids.ts';
import { cursor, idParams, limit, noQuery } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { emailText, invitationSchema, link, role } from '../schemas/account.ts';
import { pageSchema } from '../schemas/shared.ts';

/** Adds the routes. */
export function invitationRoutes(
  api: Api,
  deps: Pick<HttpDeps, 'tenants' | 'clock' | 'random' | 'secrets' | 'settings'>,
): void {
  const ids = idsOf(deps);

  api.get(
    '/api/invitations',
    {
      schema: {
        summary: 'List open invitations, newest first (admins)',
        tags: ['accounts'],
        security: BEARER,
        querystring: z.strictObject({ limit, cursor }),
        response: { 200: pageSchema(invitationSchema) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      requireAdmin(caller);
      const { workspaceId } = caller;
      const scope = { key: deps.secrets.cursor, workspaceId, list: 'invitations', filter: {} };
      const at = timestampFromMs(deps.clock.now());
      const page = await pageById(scope, request.query, (asked) =>
        listInvitations(rowsOf(deps, request), workspaceId, { at, ...asked }),
      );
      const data = page.data.map(({ email, role: as, ...row }) => ({
        ...row,
        email: email ?? '',
        role: as ?? ('member' as const),
      }));
      return { ...page, data };
    },
  );

  api.post(
    '/api/invitations',
    {
      schema: {
        summary: 'Invite somebody by a link (admins)',
        description:
          'The link is shown once, good for 7 days and for this address only; an earlier invitation of it is void.',
        tags: ['accounts'],
        security: BEARER,
        querystring: noQuery,
        body: z.strictObject({ email: emailText, role: role.default('member') }),
        response: { 201: invitationSchema.extend({ link }) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      requireAdmin(caller);
      const by = { ...actorOf(caller, request.ip), ids };
      const made = await rowsOf(deps, request).tx((tx) => invite(tx, request.body, by));
      return reply.code(201).send({
        id: made.id,
        email: made.email,
        role: request.body.role,
        created_at: made.createdAt,
        expires_at: made.expiresAt,
        link: linkAt(deps, request, { page: 'register', key: made.key }),
      });
    },
  );

  api.delete(
    '/api/invitations/:id',
    {
      schema: {
        summary: 'Take an open invitation back (admins)',
        tags: ['accounts'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        response: { 200: z.object({ success: z.literal(true) }) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      requireAdmin(caller);
      const { id } = request.params;
      if (!isId(id)) throw NOT_FOUND;
      const by = { ...actorOf(caller, request.ip), ids };
      await rowsOf(deps, request).tx((tx) => withdrawInvitation(tx, id, by));
      return { success: true as const };
    },
  );
}
