/** The matrix, part four: meetings, documents, and what is open to everybody. */
import type { MatrixRow, NamedId } from './row.ts';

const meeting: NamedId = { in: 'path', name: 'id', of: 'meeting' };
const invitee: NamedId = { in: 'path', name: 'id', of: 'invitee' };
const document: NamedId = { in: 'path', name: 'id', of: 'document' };
/** A filter by an id: what is nobody's finds nothing. */
const found = { unknown: 200, malformed: 400 };
const upload = { 'content-type': 'application/octet-stream' };

export const recordRows: readonly MatrixRow[] = [
  { route: 'GET /api/meetings', query: 'limit=200', member: 200, admin: 200, shows: 'rows' },
  {
    route: 'GET /api/meetings',
    id: { in: 'query', name: 'client_id', of: 'client' },
    member: 200,
    admin: 200,
    missing: found,
  },
  {
    route: 'GET /api/meetings',
    id: { in: 'query', name: 'host', of: 'member' },
    member: 200,
    admin: 200,
    missing: { unknown: 200, malformed: 200 },
  },
  { route: 'GET /api/meetings/:id', id: meeting, member: 200, admin: 200 },
  {
    route: 'PATCH /api/meetings/:id',
    id: meeting,
    body: { notes: 'Mine' },
    member: 200,
    admin: 200,
  },
  {
    route: 'PATCH /api/meetings/:id',
    id: meeting,
    body: {},
    headers: { 'if-match': '"other"' },
    member: 412,
    admin: 412,
  },

  { route: 'GET /api/meetings.csv', member: 200, admin: 200, shows: 'rows' },
  {
    route: 'GET /api/meetings.csv',
    id: { in: 'query', name: 'client_id', of: 'client' },
    member: 200,
    admin: 200,
    missing: found,
  },
  { route: 'POST /api/meetings/:id/cancel', id: meeting, member: 409, admin: 409 },
  { route: 'PUT /api/invitees/:id/no-show', id: invitee, member: 409, admin: 409 },
  { route: 'DELETE /api/invitees/:id/no-show', id: invitee, member: 200, admin: 200 },
  { route: 'GET /api/calendar-feed', member: 200, admin: 200 },
  { route: 'POST /api/calendar-feed', member: 201, admin: 201 },
  { route: 'DELETE /api/calendar-feed', member: 200, admin: 200 },
  // the link is the key: with it everybody sees the calendar, without it nobody
  { route: 'GET /ics/:file', anybody: 404 },

  { route: 'GET /api/documents', query: 'limit=200', member: 200, admin: 200, shows: 'rows' },
  {
    route: 'GET /api/documents',
    id: { in: 'query', name: 'client_id', of: 'client' },
    member: 200,
    admin: 200,
    missing: found,
  },
  {
    route: 'GET /api/documents',
    id: { in: 'query', name: 'meeting_id', of: 'meeting' },
    member: 200,
    admin: 200,
    missing: found,
  },
  {
    route: 'POST /api/documents',
    query: 'file_name=a.txt',
    body: 'text',
    headers: upload,
    member: 201,
    admin: 201,
  },
  {
    route: 'POST /api/documents',
    id: { in: 'query', name: 'client_id', of: 'client' },
    query: 'file_name=a.txt',
    body: 'text',
    headers: upload,
    member: 201,
    admin: 201,
  },
  {
    route: 'POST /api/documents',
    id: { in: 'query', name: 'meeting_id', of: 'meeting' },
    query: 'file_name=a.txt',
    body: 'text',
    headers: upload,
    member: 201,
    admin: 201,
  },
  { route: 'GET /api/documents/:id', id: document, member: 200, admin: 200 },
  {
    route: 'PATCH /api/documents/:id',
    id: document,
    body: { file_name: 'b.txt' },
    member: 200,
    admin: 200,
  },
  { route: 'DELETE /api/documents/:id', id: document, member: 200, admin: 200 },
  {
    route: 'DELETE /api/documents/:id',
    id: document,
    query: 'purge=true',
    member: 403,
    admin: 200,
  },
  { route: 'POST /api/documents/:id/restore', id: document, member: 200, admin: 200 },
  { route: 'GET /api/documents/:id/content', id: document, member: 200, admin: 200 },
  { route: 'GET /api/documents/:id/preview', id: document, member: 415, admin: 415 },

  { route: 'GET /api/stream', member: 200, admin: 200, shows: 'rows', stream: true },
  { route: 'GET /api/openapi.json', anybody: 200 },
  { route: 'GET /', anybody: 200 },
  { route: 'GET /style.css', anybody: 200 },
  { route: 'GET /pages.js', anybody: 200 },
  { route: 'GET /login', anybody: 200 },
  { route: 'GET /setup', anybody: 200 },
  { route: 'GET /register', anybody: 200 },
  { route: 'GET /password', anybody: 200 },
  { route: 'GET /health', anybody: 200 },
  { route: 'GET /ready', anybody: 200 },
  { route: 'GET /metrics', anybody: 200 },
];
