/** /api/tokens: bearer tokens for scripts. Their text is shown once. */
import { z } from 'zod';
import type { Caller } from '../../accounts/caller.ts';
import { issueToken } from '../../accounts/tokens.ts';
import { isId } from '../../domain/id.ts';
import { timestampFromMs } from '../../domain/timestamp.ts';
import { listAccessTokens, revokeAccessToken } from '../../store/access-tokens.ts';
import { appendAudit } from '../../store/audit.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { pageById } from '../id-pages.ts';
import { idsOf } from '../ids.ts';
import { cursor, idParams, limit, noQuery } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { nameText, tokenSchema } from '../schemas/account.ts';
import { pageSchema } from '../schemas/shared.ts';

const LONGEST_DAYS = 365;

/** Adds the routes. */
export function tokenRoutes(
  api: Api,
  deps: Pick<HttpDeps, 'tenants' | 'clock' | 'random' | 'secrets'>,
): void {
  const ids = idsOf(deps);

  api.get(
    '/api/tokens',
    {
      schema: {
        summary: 'List tokens that are good, newest first',
        description: "One's own; for admins those of the whole workspace. Their text is not shown.",
        tags: ['accounts'],
        security: BEARER,
        querystring: z.strictObject({ limit, cursor }),
        response: { 200: pageSchema(tokenSchema) },
      },
    },
    async (request) => {
      const whose = reachOf(callerOf(request));
      const { workspaceId, userId } = whose;
      const scope = { key: deps.secrets.cursor, workspaceId, list: 'tokens', filter: { userId } };
      const at = timestampFromMs(deps.clock.now());
      return pageById(scope, request.query, (page) =>
        listAccessTokens(rowsOf(deps, request), whose, { at, ...page }),
      );
    },
  );

  api.post(
    '/api/tokens',
    {
      schema: {
        summary: 'Make a token for scripts',
        description: 'It may do what its user may do. Its text is in this answer only.',
        tags: ['accounts'],
        security: BEARER,
        querystring: noQuery,
        body: z
          .strictObject({
            days: z.int().min(1).max(LONGEST_DAYS).default(90),
            name: nameText.nullish(),
          })
          .nullish(),
        response: { 201: tokenSchema.extend({ token: z.string() }) },
      },
    },
    async (request, reply) => {
      const { workspaceId, userId, email } = callerOf(request);
      const { days = 90, name = null } = request.body ?? {};
      const made = await rowsOf(deps, request).tx(async (tx) => {
        const issue = { user: { workspaceId, id: userId }, days, name };
        const issued = await issueToken(tx, issue, { secret: deps.secrets.jwt, ids });
        const entry = { workspaceId, actorId: userId, subject: issued.id, address: request.ip };
        await appendAudit(tx, { ...entry, action: 'token.created', detail: { days } }, ids);
        return issued;
      });
      return reply.code(201).send({
        id: made.id,
        user_id: userId,
        email,
        name,
        created_at: made.createdAt,
        expires_at: made.expiresAt,
        token: made.token,
      });
    },
  );

  api.delete(
    '/api/tokens/:id',
    {
      schema: {
        summary: 'Revoke a token',
        description: "One's own; admins any of the workspace.",
        tags: ['accounts'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        response: { 200: z.object({ success: z.literal(true) }) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { id } = request.params;
      if (!isId(id)) throw NOT_FOUND;
      const at = timestampFromMs(deps.clock.now());
      await rowsOf(deps, request).tx(async (tx) => {
        if (!(await revokeAccessToken(tx, reachOf(caller), { id, at }))) throw NOT_FOUND;
        const { workspaceId, userId: actorId } = caller;
        const entry = { workspaceId, actorId, subject: id, address: request.ip };
        await appendAudit(tx, { ...entry, action: 'token.revoked' }, ids);
      });
      return { success: true as const };
    },
  );
}

/** Whose tokens the caller sees and revokes; null: everybody's. */
function reachOf(caller: Caller): { workspaceId: string; userId: string | null } {
  return {
    workspaceId: caller.workspaceId,
    userId: caller.role === 'admin' ? null : caller.userId,
  };
}
