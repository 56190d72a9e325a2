/** /api/blocked: addresses and domains that are nobody's client. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { blockEntry, suggestDomains, unblockEntry } from '../../clients/blocking.ts';
import { linkClients } from '../../clients/link.ts';
import { isId, newId } from '../../domain/id.ts';
import { listBlocked } from '../../store/blocked-addresses.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, requireAdmin, rowsOf } from '../auth.ts';
import { changeClients, type ClientDeps } from '../client-actions.ts';
import type { HttpDeps } from '../deps.ts';
import { pageById } from '../id-pages.ts';
import { idsOf } from '../ids.ts';
import { cursor, idParams, limit, noQuery, text } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { blockedSchema } from '../schemas/client.ts';
import { pageSchema } from '../schemas/shared.ts';

const blockBody = z.union(
  [z.strictObject({ address: text(254) }), z.strictObject({ domain: text(254) })],
  { error: 'must say address or domain' },
);

/** Adds the routes. */
export function blockedRoutes(api: Api, deps: ClientDeps & Pick<HttpDeps, 'secrets'>): void {
  const shared = { tags: ['clients'], security: BEARER };

  api.get(
    '/api/blocked',
    {
      schema: {
        ...shared,
        summary: 'List what is never a client, oldest first',
        querystring: z.strictObject({ limit, cursor }),
        response: { 200: pageSchema(blockedSchema) },
      },
    },
    async (request) => {
      const { workspaceId } = callerOf(request);
      const scope = { key: deps.secrets.cursor, workspaceId, list: 'blocked', filter: {} };
      return pageById(scope, request.query, (page) =>
        listBlocked(rowsOf(deps, request), workspaceId, page),
      );
    },
  );

  api.get(
    '/api/blocked/suggestions',
    {
      schema: {
        ...shared,
        summary: 'List domains that several members share',
        description: 'Nothing is blocked by it: an admin decides.',
        querystring: noQuery,
        response: {
          200: z.object({ data: z.array(z.object({ domain: z.string(), members: z.number() })) }),
        },
      },
    },
    async (request) => {
      const { workspaceId } = callerOf(request);
      return { data: await suggestDomains(rowsOf(deps, request), workspaceId) };
    },
  );

  api.post(
    '/api/blocked',
    {
      schema: {
        ...shared,
        summary: 'Block an address, or a domain (admins)',
        description: 'Whoever has it is no client any more; what users wrote of them stays.',
        querystring: noQuery,
        body: blockBody,
        response: { 201: blockedSchema },
      },
    },
    async (request, reply) => {
      const { body: entry } = request;
      const { userId: by } = callerOf(request);
      if ('domain' in entry) requireAdmin(callerOf(request));
      const row = await changeClients(deps, request, {
        clients: [],
        work: async ({ tx, workspaceId, newId: makeId }) => {
          const blocked = await blockEntry(tx, workspaceId, { id: makeId(), by, entry });
          if (blocked === undefined) throw NOT_FOUND;
          const audit = {
            action: 'blocked.added',
            subject: blocked.id,
            detail: { kind: blocked.kind },
          };
          return { result: blocked, news: [], audit };
        },
      });
      await link(deps, request);
      return reply.code(201).send(row);
    },
  );

  api.delete(
    '/api/blocked/:id',
    {
      schema: {
        ...shared,
        summary: 'Take an entry off the block list (domains: admins)',
        params: idParams,
        querystring: noQuery,
        response: { 200: z.object({ success: z.literal(true) }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      if (!isId(id)) throw NOT_FOUND;
      await changeClients(deps, request, {
        clients: [],
        work: async ({ tx, workspaceId }) => {
          const row = await unblockEntry(tx, workspaceId, id);
          if (row === undefined) throw NOT_FOUND;
          if (row.kind === 'domain') requireAdmin(callerOf(request));
          const audit = { action: 'blocked.removed', subject: id, detail: { kind: row.kind } };
          return { result: null, news: [], audit };
        },
      });
      await link(deps, request);
      return { success: true as const };
    },
  );
}

/** A domain may concern many: they are linked in batches, and what is not done here a run does. */
async function link(deps: ClientDeps, request: FastifyRequest): Promise<void> {
  const { workspaceId } = callerOf(request);
  const ids = idsOf(deps);
  await linkClients(deps.tenants.of(workspaceId), workspaceId, {
    newId: () => newId(ids),
    signal: request.signal,
  });
}
