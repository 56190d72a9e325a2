/** /api/connections: linking Calendly accounts, pausing them, unlinking them. */
import { z } from 'zod';
import type { Caller } from '../../accounts/caller.ts';
import { isId } from '../../domain/id.ts';
import { type ConnectionView, listConnections } from '../../store/connection-list.ts';
import { pageOf } from '../../store/page.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, doerOf, starting, rowsOf } from '../auth.ts';
import type { ConnectionActions } from '../connection-actions.ts';
import type { HttpDeps } from '../deps.ts';
import { pageById } from '../id-pages.ts';
import { cursor, idParams, limit, noQuery, text } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { connectionSchema } from '../schemas/connection.ts';
import { pageSchema } from '../schemas/shared.ts';

type Deps = Pick<HttpDeps, 'tenants' | 'secrets' | 'actions' | 'connections'>;

const TAGS = ['connections'];
const scope = z.enum(['user', 'organization'], { error: 'must be user or organization' });
/** A header cannot hold anything else. */
const token = text(4096)
  .trim()
  .regex(/^[\x21-\x7e]+$/, 'is not a token: it has spaces or letters that no token has');
const count = z.number();

/** Adds the routes. Members reach their own connections, admins all of the workspace. */
export function connectionRoutes(api: Api, deps: Deps): void {
  addList(api, deps);
  addConnect(api, deps);
  addChanges(api, deps);
}

function addList(api: Api, deps: Deps): void {
  api.get(
    '/api/connections',
    {
      schema: {
        summary: "The caller's connections; as an admin all of the workspace",
        tags: TAGS,
        security: BEARER,
        querystring: z.strictObject({
          include: z
            .literal('disconnected', { error: 'must be disconnected' })
            .optional()
            .describe('Those that were unlinked and not purged, too.'),
          limit,
          cursor,
        }),
        response: { 200: pageSchema(connectionSchema) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { include } = request.query;
      const { workspaceId } = caller;
      const given = { include, of: ownerFilter(caller) };
      const place = { key: deps.secrets.cursor, workspaceId, list: 'connections', filter: given };
      const schedule = await deps.actions.schedulerStatus();
      const reached = {
        workspaceId,
        userId: ownerFilter(caller),
        withDisconnected: include === 'disconnected',
      };
      return pageById(place, request.query, async ({ after, limit: size }) => {
        const filter = { ...reached, after, limit: size + 1 };
        return pageOf(await listConnections(rowsOf(deps, request), filter, schedule), size);
      });
    },
  );
}

function addConnect(api: Api, deps: Deps): void {
  api.post(
    '/api/connections',
    {
      schema: {
        summary: 'Link a Calendly account by its personal access token',
        description:
          'The token is tried at once and never shown again. The first sync starts by itself. The same account twice is one connection: its token is replaced (200).',
        tags: TAGS,
        security: BEARER,
        querystring: noQuery,
        body: z.strictObject({ token, scope: scope.default('user') }),
        response: { 200: connectionSchema, 201: connectionSchema },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { workspaceId, userId } = caller;
      const { id, created } = await actionsOf(deps).connect({
        workspaceId,
        userId,
        ...request.body,
        by: doerOf(request),
      });
      return reply.code(created ? 201 : 200).send(await reach(deps, caller, id));
    },
  );
}

function addChanges(api: Api, deps: Deps): void {
  api.patch(
    '/api/connections/:id',
    {
      schema: {
        summary: 'Pause, resume or re-scope a connection',
        tags: TAGS,
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        body: z.strictObject({ paused: z.boolean().optional(), scope: scope.optional() }),
        response: { 200: connectionSchema },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { id, state } = await reach(deps, caller, request.params.id);
      const { paused, scope: wanted } = request.body;
      const by = doerOf(request);
      const change = { workspaceId: caller.workspaceId, id, paused, scope: wanted, by };
      if (paused !== undefined || wanted !== undefined || state === 'disconnected') {
        await actionsOf(deps).change(change);
      }
      return reach(deps, caller, id);
    },
  );

  api.delete(
    '/api/connections/:id',
    {
      schema: {
        summary: 'Unlink a Calendly account',
        description:
          'Its rows stay, marked as not synced; our webhook subscriptions at Calendly are removed. With `purge` what no other connection has seen is removed, notes on those meetings included; clients on whom somebody wrote stay.',
        tags: TAGS,
        security: BEARER,
        params: idParams,
        querystring: z.strictObject({
          purge: z.enum(['true', 'false'], { error: 'must be true or false' }).optional(),
        }),
        response: {
          200: z.object({
            id: z.string(),
            state: z.literal('disconnected'),
            subscriptions: z.object({ removed: count, left: count }),
            purged: z.object({ meetings: count, invitees: count, clients: count }).nullable(),
          }),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { id } = await reach(deps, caller, request.params.id);
      const { workspaceId } = caller;
      const purge = request.query.purge === 'true';
      const done = await actionsOf(deps).disconnect({
        workspaceId,
        id,
        purge,
        by: doerOf(request),
      });
      return { id, state: 'disconnected' as const, ...done };
    },
  );
}

/** Whose connections the caller reaches; null: everybody's in the workspace. */
function ownerFilter(caller: Caller): string | null {
  return caller.role === 'admin' ? null : caller.userId;
}

/** The connection, where the caller reaches it. Unknown, foreign and malformed ids are one and the same 404. */
async function reach(deps: Deps, caller: Caller, id: string): Promise<ConnectionView> {
  if (!isId(id)) throw NOT_FOUND;
  const { workspaceId } = caller;
  const [found] = await listConnections(
    deps.tenants.of(workspaceId),
    { workspaceId, userId: ownerFilter(caller), id, withDisconnected: true },
    await deps.actions.schedulerStatus(),
  );
  if (found === undefined) throw NOT_FOUND;
  return found;
}

function actionsOf(deps: Deps): ConnectionActions {
  if (deps.connections === undefined) throw starting();
  return deps.connections;
}
