/** /api/clients: the list, one client, and what a user writes on it. */
import { z } from 'zod';
import { editContacts } from '../../clients/contacts.ts';
import { editClient, lockClient } from '../../store/client-edits.ts';
import { listClients } from '../../store/client-list.ts';
import { lockLinks } from '../../store/pending-people.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import { changeClients, type ClientDeps, readClient } from '../client-actions.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { HttpDeps } from '../deps.ts';
import { etagOf, requireMatch } from '../etag.ts';
import { cursor, idParams, limit, noQuery, search, text } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { clientDetailSchema, clientSchema } from '../schemas/client.ts';
import { pageSchema } from '../schemas/shared.ts';

const editBody = z.strictObject({
  name: text(200).trim().min(1, 'must not be blank').nullable().optional(),
  notes: text(100_000).nullable().optional(),
  tags: z
    .array(text(64).trim().min(1, 'must not be blank'))
    .max(50, 'has more than 50 entries')
    .transform((tags) => [...new Set(tags)])
    .optional(),
  emails: z.array(text(254)).max(100, 'has more than 100 entries').optional(),
  phones: z.array(text(40)).max(100, 'has more than 100 entries').optional(),
});

/** Adds the routes. */
export function clientRoutes(api: Api, deps: ClientDeps & Pick<HttpDeps, 'secrets'>): void {
  api.get(
    '/api/clients',
    {
      schema: {
        summary: 'List clients, newest first',
        tags: ['clients'],
        security: BEARER,
        querystring: z.strictObject({ q: search, limit, cursor }),
        response: { 200: pageSchema(clientSchema) },
      },
    },
    async (request) => {
      const { workspaceId } = callerOf(request);
      const { q, limit: size, cursor: given } = request.query;
      const scope = { key: deps.secrets.cursor, workspaceId, list: 'clients', filter: { q } };
      const after = given === undefined ? undefined : readCursor(scope, given)['id'];
      // one transaction: each one says anew whose rows are meant
      const page = await rowsOf(deps, request).tx((tx) =>
        listClients(tx, workspaceId, { q, after, limit: size }),
      );
      const last = page.more ? page.rows.at(-1) : undefined;
      return { data: page.rows, next_cursor: last ? writeCursor(scope, { id: last.id }) : null };
    },
  );

  api.get(
    '/api/clients/:id',
    {
      schema: {
        summary: 'Read a client',
        description: 'The id of a client that was merged into another is unknown from then on.',
        tags: ['clients'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        response: { 200: clientDetailSchema },
      },
    },
    async (request, reply) => {
      const client = await readClient(deps, request, request.params.id);
      reply.header('etag', etagOf(client));
      return client;
    },
  );

  api.patch(
    '/api/clients/:id',
    {
      schema: {
        summary: 'Change what a user may of a client',
        description:
          'What a user writes here is never overwritten by a sync. `emails` and `phones` are the whole lists; meetings booked with an address go to the client who has it, and to a new one where nobody has.',
        tags: ['clients'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        body: editBody,
        response: { 200: clientDetailSchema },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { emails, phones, ...edit } = request.body;
      await changeClients(deps, request, {
        clients: [id],
        work: async ({ tx, workspaceId, newId }) => {
          await lockLinks(tx, workspaceId);
          const locked = await lockClient(tx, workspaceId, id);
          if (locked === undefined) throw NOT_FOUND;
          requireMatch(request.headers['if-match'], locked);
          await editClient(tx, { workspaceId, id }, edit);
          const contacts = { emails, phones };
          const news = await editContacts(tx, { workspaceId, id }, { contacts, newId });
          return {
            result: null,
            news: [...news, { event: 'client.changed', subjectId: id }],
            audit: null,
          };
        },
      });
      const client = await readClient(deps, request, id);
      reply.header('etag', etagOf(client));
      return client;
    },
  );
}
