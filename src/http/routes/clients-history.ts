/** GET /api/clients/{id}/timeline and /similar: what there was with a client, and who may be the same person. */
import { z } from 'zod';
import { emailKey } from '../../domain/email.ts';
import { domainOf, isPublicMailDomain } from '../../domain/mail-domain.ts';
import { listSimilar } from '../../store/client-similar.ts';
import { listTimeline } from '../../store/timeline.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import { type ClientDeps, readClient } from '../client-actions.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { HttpDeps } from '../deps.ts';
import { cursor, idParams, limit, noQuery } from '../parameters.ts';
import { similarSchema, timelineSchema } from '../schemas/client.ts';
import { pageSchema } from '../schemas/shared.ts';

const MOST_SIMILAR = 20;

/** Adds the routes. */
export function clientHistoryRoutes(api: Api, deps: ClientDeps & Pick<HttpDeps, 'secrets'>): void {
  const shared = { tags: ['clients'], security: BEARER, params: idParams };

  api.get(
    '/api/clients/:id/timeline',
    {
      schema: {
        ...shared,
        summary: 'List what there was with a client, newest first',
        querystring: z.strictObject({ limit, cursor }),
        response: { 200: pageSchema(timelineSchema) },
      },
    },
    async (request) => {
      const { workspaceId } = callerOf(request);
      const { id: clientId } = await readClient(deps, request, request.params.id);
      const { limit: size, cursor: given } = request.query;
      const filter = { client: clientId };
      const scope = { key: deps.secrets.cursor, workspaceId, list: 'timeline', filter };
      const place = given === undefined ? undefined : readCursor(scope, given);
      const { at = '', kind = '', id: subjectId = '' } = place ?? {};
      const page = await listTimeline(rowsOf(deps, request), workspaceId, {
        clientId,
        after: place && { at, kind, subjectId },
        limit: size,
      });
      const last = page.more ? page.rows.at(-1) : undefined;
      const next = last && { at: last.at, kind: last.kind, id: last.subject_id };
      return { data: page.rows, next_cursor: next ? writeCursor(scope, next) : null };
    },
  );

  api.get(
    '/api/clients/:id/similar',
    {
      schema: {
        ...shared,
        summary: 'List clients who may be the same person',
        description:
          'By name and company: told for a user to judge, never concluded. Twenty at most.',
        querystring: noQuery,
        response: { 200: z.object({ data: z.array(similarSchema) }) },
      },
    },
    async (request) => {
      const { workspaceId } = callerOf(request);
      const client = await readClient(deps, request, request.params.id);
      const own = client.emails.map((email) => domainOf(emailKey(email) ?? email));
      const data = await listSimilar(rowsOf(deps, request), workspaceId, {
        clientId: client.id,
        domains: [...new Set(own)].filter((domain) => !isPublicMailDomain(domain)),
        limit: MOST_SIMILAR,
      });
      return { data };
    },
  );
}
