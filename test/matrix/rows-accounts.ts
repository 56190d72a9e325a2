/** The matrix, part one: who is signed in, the workspace's people, their tokens and what was done. */
import { EVERYBODYS } from './population.ts';
import type { MatrixRow } from './row.ts';

const PASSWORD = 'a password nobody has';
const nobodysKey = 'A'.repeat(43);

export const accountRows: readonly MatrixRow[] = [
  {
    route: 'POST /api/auth/login',
    body: { email: 'nobody@example.com', password: PASSWORD },
    anybody: 401,
  },
  {
    route: 'POST /api/auth/register',
    body: { email: 'new@example.com', password: PASSWORD },
    anybody: 403,
  },
  {
    route: 'POST /api/auth/register',
    body: { email: 'new@example.com', password: PASSWORD, key: nobodysKey },
    anybody: 403,
  },
  { route: 'POST /api/auth/password', body: { key: nobodysKey, password: PASSWORD }, anybody: 403 },
  {
    route: 'POST /api/auth/password',
    body: { current: PASSWORD, password: `${PASSWORD} new` },
    member: 403,
    admin: 403,
  },
  { route: 'GET /api/auth/me', member: 200, admin: 200 },
  { route: 'POST /api/auth/logout', member: 200, admin: 200 },
  { route: 'POST /api/auth/logout', body: { everywhere: true }, member: 200, admin: 200 },

  { route: 'GET /api/members', query: 'limit=200', member: 200, admin: 200, shows: 'rows' },
  { route: 'POST /api/members', body: { email: 'admin@zebra.example' }, member: 403, admin: 409 },
  {
    route: 'PATCH /api/members/:id',
    id: { in: 'path', name: 'id', of: 'member' },
    body: { name: 'New' },
    member: 403,
    admin: 200,
  },
  {
    route: 'PATCH /api/members/:id',
    id: { in: 'path', name: 'id', of: 'member' },
    body: { role: 'admin' },
    member: 403,
    admin: 200,
  },
  {
    route: 'POST /api/members/:id/reset',
    id: { in: 'path', name: 'id', of: 'member' },
    member: 403,
    admin: 201,
  },
  {
    route: 'DELETE /api/members/:id',
    id: { in: 'path', name: 'id', of: 'member' },
    member: 403,
    admin: 200,
  },

  { route: 'GET /api/invitations', query: 'limit=200', member: 403, admin: 200, shows: 'rows' },
  { route: 'POST /api/invitations', body: { email: 'guest@example.com' }, member: 403, admin: 201 },
  {
    route: 'DELETE /api/invitations/:id',
    id: { in: 'path', name: 'id', of: 'invitation' },
    member: 403,
    admin: 200,
  },

  { route: 'GET /api/tokens', query: 'limit=200', member: 200, admin: 200, shows: 'rows' },
  { route: 'POST /api/tokens', member: 201, admin: 201 },
  {
    route: 'DELETE /api/tokens/:id',
    id: { in: 'path', name: 'id', of: 'token' },
    member: 200,
    colleague: 404,
    admin: 200,
  },

  { route: 'GET /api/audit', query: 'limit=200', member: 403, admin: 200, shows: 'rows' },

  {
    route: 'POST /api/people/export',
    body: { email: EVERYBODYS },
    member: 403,
    admin: 200,
    shows: 'rows',
  },
  {
    route: 'POST /api/people/erase',
    body: { email: EVERYBODYS },
    member: 403,
    admin: 200,
  },
  { route: 'GET /api/workspace', member: 200, admin: 200 },
  { route: 'PATCH /api/workspace', body: { name: 'Renamed' }, member: 403, admin: 200 },
  { route: 'DELETE /api/workspace', query: 'confirm=zebra', member: 403, admin: 400 },
];
