/** /api/calendly/status and /test-connection: whether Calendly is linked and answers. */
import { z } from 'zod';
import type { Caller } from '../../accounts/caller.ts';
import {
  listConnections,
  type ConnectionView,
  type Schedule,
} from '../../store/connection-list.ts';
import { type Covered, coveringUser } from '../../store/coverage.ts';
import type { Sql } from '../../store/db.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { noQuery } from '../parameters.ts';
import { connectionSchema } from '../schemas/connection.ts';

const account = z.object({
  name: z.string().nullable(),
  email: z.string().nullable(),
  uri: z.string().nullable(),
});

const statusSchema = z.object({
  connected: z.boolean(),
  configured: z.boolean(),
  user: account.nullable(),
  message: z.string(),
  connections: z.array(connectionSchema),
});

/** Adds the routes. */
export function calendlyStatusRoutes(api: Api, deps: Pick<HttpDeps, 'tenants' | 'actions'>): void {
  api.get(
    '/api/calendly/status',
    {
      schema: {
        summary: "The caller's Calendly connections",
        tags: ['calendly'],
        security: BEARER,
        querystring: noQuery,
        response: {
          200: statusSchema,
        },
      },
    },
    async (request) => {
      const rows = rowsOf(deps, request);
      const caller = callerOf(request);
      const schedule = await deps.actions.schedulerStatus();
      const connections = await listConnections(rows, caller, schedule);
      const covered = connections.length > 0 ? undefined : await coveringUser(rows, caller);
      if (covered !== undefined) return coveredStatus(rows, { caller, covered, schedule });
      const linked = connections.find(isLinked);
      return {
        connected: linked !== undefined,
        configured: connections.length > 0,
        user: linked
          ? { name: linked.name, email: linked.email, uri: linked.calendly_user_uri }
          : null,
        message: messageOf(connections),
        connections,
      };
    },
  );

  api.get(
    '/api/calendly/test-connection',
    {
      schema: {
        summary: 'Ask Calendly who the caller is there',
        tags: ['calendly'],
        security: BEARER,
        querystring: noQuery,
        response: {
          200: z.object({ success: z.literal(true), message: z.string(), user: account }),
        },
      },
    },
    async (request) => {
      const { workspaceId, userId } = callerOf(request);
      const user = await deps.actions.testConnection({ workspaceId, userId });
      return { success: true as const, message: 'Calendly answers and knows the token.', user };
    },
  );
}

/** Of a user without an account of his own, whose organisation is read by another's. */
async function coveredStatus(
  rows: Sql,
  { caller, covered, schedule }: { caller: Caller; covered: Covered; schedule: Schedule },
): Promise<z.input<typeof statusSchema>> {
  const { workspaceId } = caller;
  const reading = await listConnections(rows, { workspaceId, id: covered.connection_id }, schedule);
  const { name, email, uri } = covered;
  return {
    connected: true,
    configured: true,
    user: { name, email, uri },
    message: 'Calendly is connected: an account that reads the whole organization covers yours.',
    connections: reading.map((connection) => ({ ...connection, method: 'organization' as const })),
  };
}

function isLinked(connection: ConnectionView): boolean {
  return connection.state === 'active' && connection.calendly_user_uri !== null;
}

function messageOf(connections: readonly ConnectionView[]): string {
  const [first] = connections;
  if (first === undefined) {
    return 'No Calendly account is linked. Set CALENDLY_PERSONAL_ACCESS_TOKEN or run `calendly-sync connect`.';
  }
  if (connections.some(isLinked)) {
    const failing = connections.find((connection) => connection.freshness === 'failing');
    return failing === undefined
      ? 'Calendly is connected.'
      : `Calendly is connected, but the last sync failed: ${failing.error?.message ?? 'see the runs'}`;
  }
  if (first.state === 'active') return 'Calendly is linked; its first answer is still to come.';
  return first.error?.message ?? STATE_MESSAGES[first.state];
}

const STATE_MESSAGES: Readonly<Record<ConnectionView['state'], string>> = {
  active: 'Calendly is connected.',
  needs_reauth: 'Calendly refuses the token. Link the account again.',
  forbidden: 'Calendly does not allow what the sync needs.',
  paused: 'The connection is paused.',
  disconnected: 'The account was unlinked.',
};
