/** POST /api/clients/{id}/merge and /split: two that are one, and one that is two. */
import { z } from 'zod';
import { mergeClients } from '../../clients/merge.ts';
import { splitClient } from '../../clients/split.ts';
import { BEARER, type Api } from '../api.ts';
import { changeClients, type ClientDeps, readClient } from '../client-actions.ts';
import { idParams, noQuery, text } from '../parameters.ts';
import { clientDetailSchema } from '../schemas/client.ts';

/** Adds the routes. */
export function clientMergeRoutes(api: Api, deps: ClientDeps): void {
  const shared = { tags: ['clients'], security: BEARER, params: idParams, querystring: noQuery };

  api.post(
    '/api/clients/:id/merge',
    {
      schema: {
        ...shared,
        summary: 'Merge a client into another',
        description:
          'Addresses, numbers, meetings and documents follow, notes are appended. Answers the client that stays; the id of the other is unknown from then on, and the live stream says where it went (`merged_into`).',
        body: z.strictObject({ into: text(200) }),
        response: { 200: clientDetailSchema },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { into } = request.body;
      await changeClients(deps, request, {
        clients: [id, into],
        work: async ({ tx, workspaceId, newId }) => ({
          result: null,
          news: await mergeClients(tx, workspaceId, { from: id, into, newId }),
          audit: { action: 'client.merged', subject: id, detail: { into } },
        }),
      });
      return readClient(deps, request, into);
    },
  );

  api.post(
    '/api/clients/:id/split',
    {
      schema: {
        ...shared,
        summary: 'Split addresses off a client',
        description:
          'Undoes a merge where these addresses came with one: the client that they came from is there again. Else they are a new client. Answers both.',
        body: z.strictObject({
          emails: z
            .array(text(254))
            .min(1, 'must not be empty')
            .max(100, 'has more than 100 entries'),
        }),
        response: {
          200: z.object({ client: clientDetailSchema, split_off: clientDetailSchema }),
        },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { emails } = request.body;
      const other = await changeClients(deps, request, {
        clients: [id],
        work: async ({ tx, workspaceId, newId }) => {
          const split = await splitClient(tx, workspaceId, { id, emails, newId });
          const audit = { action: 'client.split', subject: id, detail: { into: split.id } };
          return { result: split.id, news: split.news, audit };
        },
      });
      return {
        client: await readClient(deps, request, id),
        split_off: await readClient(deps, request, other),
      };
    },
  );
}
