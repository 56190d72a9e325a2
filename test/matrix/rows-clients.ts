/** The matrix, part three: people as clients, who is who, and who never is one. */
import type { MatrixRow, NamedId } from './row.ts';

const client: NamedId = { in: 'path', name: 'id', of: 'client' };
const into: NamedId = { in: 'body', name: 'into', of: 'client' };
const review: NamedId = { in: 'path', name: 'id', of: 'review' };
const place: NamedId = { in: 'path', name: 'id/invitees/:invitee', of: 'place' };
const whose: NamedId = { in: 'body', name: 'client_id', of: 'client' };

export const clientRows: readonly MatrixRow[] = [
  { route: 'GET /api/clients.csv', member: 200, admin: 200, shows: 'rows' },
  { route: 'GET /api/clients', query: 'limit=200', member: 200, admin: 200, shows: 'rows' },
  { route: 'GET /api/clients/:id', id: client, member: 200, admin: 200 },
  { route: 'PATCH /api/clients/:id', id: client, body: { notes: 'Mine' }, member: 200, admin: 200 },
  { route: 'GET /api/clients/:id/timeline', id: client, member: 200, admin: 200 },
  { route: 'GET /api/clients/:id/similar', id: client, member: 200, admin: 200 },
  { route: 'POST /api/clients/:id/merge', id: client, also: into, member: 200, admin: 200 },
  { route: 'POST /api/clients/:id/merge', id: into, also: client, member: 200, admin: 200 },
  {
    route: 'POST /api/clients/:id/split',
    id: client,
    body: { emails: ['x@y.example'] },
    member: 400,
    admin: 400,
  },

  { route: 'GET /api/clients/review', query: 'limit=200', member: 200, admin: 200, shows: 'rows' },
  {
    route: 'POST /api/clients/review/:id',
    id: review,
    body: { new: true },
    member: 200,
    admin: 200,
  },
  { route: 'POST /api/clients/review/:id', id: review, also: whose, member: 200, admin: 200 },
  { route: 'POST /api/clients/review/:id', id: whose, also: review, member: 200, admin: 200 },
  {
    route: 'PATCH /api/meetings/:id/invitees/:invitee',
    id: place,
    also: whose,
    member: 200,
    admin: 200,
  },
  {
    route: 'PATCH /api/meetings/:id/invitees/:invitee',
    id: whose,
    also: place,
    member: 200,
    admin: 200,
  },

  { route: 'GET /api/blocked', query: 'limit=200', member: 200, admin: 200, shows: 'rows' },
  { route: 'GET /api/blocked/suggestions', member: 200, admin: 200 },
  { route: 'POST /api/blocked', body: { domain: 'others.example' }, member: 403, admin: 201 },
  { route: 'POST /api/blocked', body: { address: 'x@clients.example' }, member: 201, admin: 201 },
  {
    route: 'DELETE /api/blocked/:id',
    id: { in: 'path', name: 'id', of: 'blocked' },
    member: 200,
    admin: 200,
  },
];
