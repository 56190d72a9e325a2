/** /api/deliveries: what Calendly delivered, what became of it, and working one again. */
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { isId } from '../../domain/id.ts';
import { findDelivery, listDeliveries } from '../../store/delivery-list.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, requireAdmin, rowsOf } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { pageById } from '../id-pages.ts';
import { cursor, idParams, limit, noQuery, text } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { deliverySchema, deliveryState } from '../schemas/delivery.ts';
import { pageSchema } from '../schemas/shared.ts';

/** Adds the routes. */
export function deliveryRoutes(
  api: Api,
  deps: Pick<HttpDeps, 'tenants' | 'secrets' | 'replay'>,
): void {
  api.get(
    '/api/deliveries',
    {
      schema: {
        summary: 'List deliveries, newest first',
        tags: ['deliveries'],
        security: BEARER,
        querystring: z.strictObject({
          state: deliveryState.optional(),
          event: text(200).optional().describe('For example `invitee.created`.'),
          limit,
          cursor,
        }),
        response: { 200: pageSchema(deliverySchema) },
      },
    },
    async (request) => {
      const { workspaceId } = callerOf(request);
      const { state, event } = request.query;
      const filter = { state, event };
      const scope = { key: deps.secrets.cursor, workspaceId, list: 'deliveries', filter };
      return pageById(scope, request.query, (page) =>
        listDeliveries(rowsOf(deps, request), workspaceId, { filter, ...page }),
      );
    },
  );

  api.post(
    '/api/deliveries/:id/replay',
    {
      schema: {
        summary: 'Work a delivery again (admins)',
        description:
          'From its stored bytes; what it says is applied under the same rules as before.',
        tags: ['deliveries'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        body: z.strictObject({}).nullish(),
        response: { 202: deliverySchema },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      requireAdmin(caller);
      const { workspaceId } = caller;
      const { id } = request.params;
      if (!isId(id)) throw NOT_FOUND;
      const known = await findDelivery(rowsOf(deps, request), workspaceId, id);
      if (known === undefined) throw NOT_FOUND;
      if (known.state === 'received') throw stillWaiting();
      const isQueued = (await deps.replay?.({ workspaceId, deliveryId: id })) ?? false;
      const delivery = await findDelivery(rowsOf(deps, request), workspaceId, id);
      if (!isQueued || delivery === undefined) throw NOT_FOUND;
      return reply.code(202).send(delivery);
    },
  );
}

function stillWaiting(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'delivery.waiting',
    message: 'This delivery is still waiting to be worked.',
    action: 'Nothing to do: it is tried again by itself.',
  });
}
