/** /api/clients/review: people who could be one of several, and what a user says of them. */
import { z } from 'zod';
import { type Decision, decideReview } from '../../clients/review.ts';
import { isId } from '../../domain/id.ts';
import { listReviews } from '../../store/client-reviews.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import { changeClients, type ClientDeps, readClient } from '../client-actions.ts';
import type { HttpDeps } from '../deps.ts';
import { pageById } from '../id-pages.ts';
import { cursor, idParams, limit, noQuery, text } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { clientDetailSchema, reviewSchema } from '../schemas/client.ts';
import { pageSchema } from '../schemas/shared.ts';

const decisionBody = z.union(
  [
    z.strictObject({ client_id: text(200) }),
    z.strictObject({ new: z.literal(true) }),
    z.strictObject({ never: z.literal(true) }),
  ],
  { error: 'must say one of client_id, new: true, never: true' },
);

/** Adds the routes. */
export function clientReviewRoutes(api: Api, deps: ClientDeps & Pick<HttpDeps, 'secrets'>): void {
  api.get(
    '/api/clients/review',
    {
      schema: {
        summary: 'List people of whom a user has to say who they are',
        description:
          'In the order in which they came, each with the candidates and what speaks for them.',
        tags: ['clients'],
        security: BEARER,
        querystring: z.strictObject({ limit, cursor }),
        response: { 200: pageSchema(reviewSchema) },
      },
    },
    async (request) => {
      const { workspaceId } = callerOf(request);
      const scope = { key: deps.secrets.cursor, workspaceId, list: 'reviews', filter: {} };
      return pageById(scope, request.query, (page) =>
        listReviews(rowsOf(deps, request), workspaceId, page),
      );
    },
  );

  api.post(
    '/api/clients/review/:id',
    {
      schema: {
        summary: 'Say who somebody is',
        description:
          'One of the candidates or any other client, a new one, or never a client: then the address is blocked. Answers the client, null where there is none.',
        tags: ['clients'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        body: decisionBody,
        response: { 200: z.object({ client: clientDetailSchema.nullable() }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { workspaceId, userId } = callerOf(request);
      const decision = readDecision(request.body);
      const seen = isId(id)
        ? await listReviews(rowsOf(deps, request), workspaceId, { id, limit: 1 })
        : undefined;
      if (seen?.rows.length !== 1) throw NOT_FOUND;
      const clientId = await changeClients(deps, request, {
        clients: typeof decision === 'string' ? [] : [decision.clientId],
        work: async ({ tx, newId }) => {
          const decided = await decideReview(tx, workspaceId, {
            reviewId: id,
            decision,
            by: userId,
            newId,
          });
          const said = typeof decision === 'string' ? decision : 'client';
          return {
            result: decided.clientId,
            news: decided.news,
            audit: { action: 'client.reviewed', subject: decided.clientId, detail: { said } },
          };
        },
      });
      return { client: clientId === null ? null : await readClient(deps, request, clientId) };
    },
  );
}

function readDecision(body: z.infer<typeof decisionBody>): Decision {
  if ('client_id' in body) return { clientId: body.client_id };
  return 'new' in body ? 'new' : 'never';
}
