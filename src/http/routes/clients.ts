/** /api/clients: the list, one client, and what a user writes on it. */
import { z } from 'zod';
import { isId } from '../../domain/id.ts';
import { editClient, lockClient } from '../../store/client-edits.ts';
import { findClient, listClients } from '../../store/client-list.ts';
import { appendFeed } from '../../store/feed.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { HttpDeps } from '../deps.ts';
import { etagOf, requireMatch } from '../etag.ts';
import { cursor, idParams, limit, noQuery, search, text } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { clientSchema } from '../schemas/client.ts';
import { pageSchema } from '../schemas/shared.ts';

const editBody = z.strictObject({
  name: text(200).trim().min(1, 'must not be blank').nullable().optional(),
  notes: text(100_000).nullable().optional(),
  tags: z
    .array(text(64).trim().min(1, 'must not be blank'))
    .max(50, 'has more than 50 entries')
    .transform((tags) => [...new Set(tags)])
    .optional(),
});

/** Adds the routes. */
export function clientRoutes(api: Api, deps: Pick<HttpDeps, 'tenants' | 'secrets'>): void {
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
      const page = await listClients(rowsOf(deps, request), workspaceId, { q, after, limit: size });
      const last = page.more ? page.rows.at(-1) : undefined;
      return { data: page.rows, next_cursor: last ? writeCursor(scope, { id: last.id }) : null };
    },
  );

  api.get(
    '/api/clients/:id',
    {
      schema: {
        summary: 'Read a client',
        tags: ['clients'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        response: { 200: clientSchema },
      },
    },
    async (request, reply) => {
      const { workspaceId } = callerOf(request);
      const { id } = request.params;
      const client = isId(id)
        ? await findClient(rowsOf(deps, request), workspaceId, id)
        : undefined;
      if (client === undefined) throw NOT_FOUND;
      reply.header('etag', etagOf(client));
      return client;
    },
  );

  api.patch(
    '/api/clients/:id',
    {
      schema: {
        summary: 'Change name, notes or tags of a client',
        description: 'What a user writes here is never overwritten by a sync.',
        tags: ['clients'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        body: editBody,
        response: { 200: clientSchema },
      },
    },
    async (request, reply) => {
      const { workspaceId } = callerOf(request);
      const { id } = request.params;
      if (!isId(id)) throw NOT_FOUND;
      const edit = request.body;
      const client = await rowsOf(deps, request).tx(async (tx) => {
        const locked = await lockClient(tx, workspaceId, id);
        if (locked === undefined) throw NOT_FOUND;
        requireMatch(request.headers['if-match'], locked);
        await editClient(tx, { workspaceId, id }, edit);
        const edited = await findClient(tx, workspaceId, id);
        const entries = [{ event: 'client.changed', subjectId: id }];
        await appendFeed(tx, workspaceId, { at: await tx.clock(), entries });
        return edited;
      });
      if (client === undefined) throw NOT_FOUND;
      reply.header('etag', etagOf(client));
      return client;
    },
  );
}
