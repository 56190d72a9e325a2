/** /api/auth/me and /api/auth/logout: who is signed in, and the end of it. */
import { z } from 'zod';
import { timestampFromMs } from '../../domain/timestamp.ts';
import { appendAudit } from '../../store/audit.ts';
import { endSession, endSessions } from '../../store/sessions.ts';
import { viewAccount } from '../account-view.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, sessionOf } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { idsOf } from '../ids.ts';
import { noQuery } from '../parameters.ts';
import { accountSchema } from '../schemas/account.ts';
import { clearSessionCookie } from '../session-cookie.ts';

/** Adds the routes. */
export function authSessionRoutes(
  api: Api,
  deps: Pick<HttpDeps, 'tenants' | 'clock' | 'random'>,
): void {
  api.get(
    '/api/auth/me',
    {
      schema: {
        summary: 'Who is signed in',
        tags: ['accounts'],
        security: BEARER,
        querystring: noQuery,
        response: { 200: accountSchema },
      },
    },
    async (request) =>
      viewAccount(deps, request, { caller: callerOf(request), session: sessionOf(request) }),
  );

  api.post(
    '/api/auth/logout',
    {
      schema: {
        summary: 'Sign out: this session, or all of the user',
        description: 'Tokens of scripts stay: they are revoked one by one.',
        tags: ['accounts'],
        security: BEARER,
        querystring: noQuery,
        body: z.strictObject({ everywhere: z.boolean().optional() }).nullish(),
        response: { 200: z.object({ success: z.literal(true), sessions_ended: z.number() }) },
      },
    },
    async (request, reply) => {
      const { workspaceId, userId } = callerOf(request);
      const session = sessionOf(request);
      const everywhere = request.body?.everywhere ?? false;
      const at = timestampFromMs(deps.clock.now());
      const ended = await deps.tenants.system.tx(async (tx) => {
        const detail = { everywhere };
        const entry = { workspaceId, actorId: userId, address: request.ip, detail };
        await appendAudit(tx, { ...entry, action: 'sign_out' }, idsOf(deps));
        if (everywhere) return endSessions(tx, { workspaceId, id: userId, at }, null);
        if (session === null) return 0;
        return Number(await endSession(tx, { workspaceId, id: session.id, at }));
      });
      clearSessionCookie(request, reply);
      return { success: true as const, sessions_ended: ended };
    },
  );
}
