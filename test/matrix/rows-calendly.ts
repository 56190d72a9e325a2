/** The matrix, part two: Calendly's side, connections, runs, deliveries and proofs. */
import type { MatrixRow, NamedId } from './row.ts';

const connection: NamedId = { in: 'path', name: 'id', of: 'connection' };
const state: NamedId = { in: 'query', name: 'state', of: 'state' };

export const calendlyRows: readonly MatrixRow[] = [
  { route: 'GET /api/calendly/status', member: 200, admin: 200 },
  { route: 'GET /api/calendly/test-connection', member: 200, admin: 200, stranger: 409 },
  { route: 'POST /api/calendly/sync', member: 200, admin: 200, stranger: 409 },
  { route: 'GET /api/calendly/meetings', member: 200, admin: 200, shows: 'rows' },
  { route: 'GET /api/calendly/stats', member: 200, admin: 200, shows: 'numbers' },
  { route: 'GET /api/calendly/scheduler/status', member: 200, admin: 200 },
  { route: 'POST /api/calendly/scheduler/trigger', member: 403, admin: 200 },
  { route: 'GET /api/calendly/webhook/test', anybody: 200, shows: 'rows' },
  { route: 'POST /api/calendly/webhook', body: {}, anybody: 401 },
  {
    route: 'POST /api/calendly/webhook/:subscription',
    id: { in: 'path', name: 'subscription', of: 'subscription' },
    body: {},
    anybody: 401,
  },
  { route: 'GET /api/calendly/oauth/start', member: 200, admin: 200 },
  {
    route: 'GET /api/calendly/oauth/callback',
    id: state,
    query: 'error=access_denied',
    none: 200,
    member: 400,
    admin: 400,
    missing: { unknown: 400, malformed: 400 },
  },
  {
    route: 'GET /api/calendly/oauth/callback',
    id: state,
    query: 'code=nobodys',
    none: 200,
    member: 400,
    admin: 400,
    missing: { unknown: 400, malformed: 400 },
  },

  {
    route: 'GET /api/connections',
    query: 'include=disconnected',
    member: 200,
    admin: 200,
    shows: 'rows',
  },
  {
    route: 'POST /api/connections',
    body: { token: 'no-token-of-anybody' },
    member: 400,
    admin: 400,
  },
  {
    route: 'PATCH /api/connections/:id',
    id: connection,
    body: { paused: true },
    twice: true,
    member: 200,
    colleague: 404,
    admin: 200,
  },
  {
    route: 'PATCH /api/connections/:id',
    id: connection,
    body: {},
    member: 200,
    colleague: 404,
    admin: 200,
  },
  {
    route: 'DELETE /api/connections/:id',
    id: connection,
    twice: true,
    member: 200,
    colleague: 404,
    admin: 200,
  },
  {
    route: 'DELETE /api/connections/:id',
    id: connection,
    twice: true,
    query: 'purge=true',
    member: 200,
    colleague: 404,
    admin: 200,
  },

  { route: 'GET /api/runs', query: 'limit=200', member: 200, admin: 200, shows: 'rows' },
  {
    route: 'GET /api/runs/:id',
    id: { in: 'path', name: 'id', of: 'run' },
    member: 200,
    admin: 200,
  },
  { route: 'GET /api/deliveries', query: 'limit=200', member: 200, admin: 200, shows: 'rows' },
  {
    route: 'POST /api/deliveries/:id/replay',
    id: { in: 'path', name: 'id', of: 'delivery' },
    member: 403,
    admin: 202,
  },
  { route: 'GET /api/drift', member: 200, admin: 200, shows: 'rows' },
  { route: 'POST /api/drift/verify', member: 200, admin: 200, stranger: 409 },
];
