/** Parameters, cursors, ids and bodies that have to be refused, with the field named. */
import { signedIn, type HttpCase } from './http-case.ts';

function query(name: string, parameters: string, field: string, path = '/api/meetings'): HttpCase {
  return { name, request: signedIn({ path: `${path}?${parameters}` }), status: 400, field };
}

function missing(name: string, path: string): HttpCase {
  return { name, request: signedIn({ path }), status: 404 };
}

const limits = [
  '0',
  '-1',
  '1e9',
  'abc',
  '1.5',
  '',
  '201',
  '+5',
  '0x10',
  '1%00',
  '٣',
  '1_0',
  'null',
];
const times = [
  'now',
  'infinity',
  'Infinity',
  '2026-01-01',
  '2026-01-01T00:00:00',
  '9999-01-01T00:00:00Z',
  '-0001-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-01-01T00:00:60Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:00:00%2B16:00',
  '1767225600',
  '',
  "2026-01-01T00:00:00Z'",
];
const cursors = ['', 'abc', '....', 'eyJpZCI6MX0', 'A'.repeat(600), '%00', "'%20or%201=1"];
const LONG = 'x'.repeat(201);

const unknownId = '01890000-0000-7000-8000-000000000000';
const malformedIds = [
  '1',
  'abc',
  unknownId.toUpperCase().replace('0189', 'ABCD'),
  `${unknownId}0`,
  unknownId.slice(1),
  `${unknownId.slice(0, -1)}g`,
  `${unknownId}%00`,
  '%00',
  '..%2f..%2fclients',
  '%2e%2e',
  '%zz',
  "'%20or%201=1%20--",
  'x'.repeat(10_000),
  '%F0%9F%98%80',
];

export const queryCases: readonly HttpCase[] = [
  ...['/api/meetings', '/api/clients', '/api/runs'].flatMap((path) => [
    ...limits.map((value) =>
      query(`82 limit=${value} on ${path}`, `limit=${value}`, 'limit', path),
    ),
    query(`82 limit twice on ${path}`, 'limit=5&limit=5', 'limit', path),
    ...cursors.map((value) =>
      query(`83 cursor=${value.slice(0, 12)} on ${path}`, `cursor=${value}`, 'cursor', path),
    ),
    query(`89 nested on ${path}`, 'limit[gt]=1', 'limit[gt]', path),
    query(`89 __proto__ on ${path}`, '__proto__[x]=1', '__proto__[x]', path),
    query(`89 __proto__ alone on ${path}`, '__proto__=1', '__proto__', path),
    query(`89 constructor on ${path}`, 'constructor=1', 'constructor', path),
    query(`89 unknown parameter on ${path}`, 'page=2', 'page', path),
    query(`87 sort on ${path}`, 'sort=name;drop%20table%20users', 'sort', path),
  ]),
  ...['from', 'to'].flatMap((name) =>
    times.map((value) => query(`84 ${name}=${value}`, `${name}=${value}`, name)),
  ),
  query('84 from after to', 'from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'from'),
  query('84 from twice', 'from=2026-02-01T00:00:00Z&from=2026-02-01T00:00:00Z', 'from'),
  ...['title', 'start_time;drop', '', '--start_time', 'START_TIME', 'start_time,id'].map((value) =>
    query(`87 order=${value}`, `order=${encodeURIComponent(value)}`, 'order'),
  ),
  ...['deleted', '', 'Active', 'active,canceled'].map((value) =>
    query(`87 status=${value}`, `status=${value}`, 'status'),
  ),
  query('87 status twice', 'status=active&status=canceled', 'status'),
  ...['all', '', 'vanished,deleted'].map((value) =>
    query(`87 include=${value}`, `include=${value}`, 'include'),
  ),
  ...['x', '', "1' or '1'='1", unknownId.slice(1)].map((value) =>
    query(`85 client_id=${value}`, `client_id=${encodeURIComponent(value)}`, 'client_id'),
  ),
  ...['/api/meetings', '/api/clients'].flatMap((path) => [
    query(`88 q of 201 characters on ${path}`, `q=${LONG}`, 'q', path),
    query(`88 q of 10 kB on ${path}`, `q=${'x'.repeat(10_000)}`, 'q', path),
    query(`88 q with NUL on ${path}`, 'q=a%00b', 'q', path),
    query(`88 q twice on ${path}`, 'q=a&q=b', 'q', path),
  ]),
  ...['/api/calendly/stats', '/api/calendly/meetings', '/api/calendly/status'].map((path) =>
    query(`89 unknown parameter on ${path}`, 'user_id=1', 'user_id', path),
  ),
  query('89 unknown parameter on one meeting', 'a=1', 'a', `/api/meetings/${unknownId}`),
  ...['meetings', 'clients', 'runs'].flatMap((list) => [
    missing(`85 unknown id in ${list}`, `/api/${list}/${unknownId}`),
    ...malformedIds.map((id) => missing(`85 ${list}/${id.slice(0, 30)}`, `/api/${list}/${id}`)),
  ]),
];

const PATCHES = ['/api/meetings/', '/api/clients/'].map((path) => `${path}${unknownId}`);

function patch(name: string, path: string, body: string, expected: Partial<HttpCase>): HttpCase {
  const headers: [string, string][] = [['content-type', 'application/json']];
  return {
    name,
    request: signedIn({ method: 'PATCH', path, headers, body }),
    status: 400,
    ...expected,
  };
}

export const bodyCases: readonly HttpCase[] = PATCHES.flatMap((path) => [
  ...['workspace_id', 'tenant_id', 'role', 'id', 'status', 'raw', '__proto__', 'constructor'].map(
    (field) => patch(`90 ${field} on ${path}`, path, `{"${field}":"x"}`, { field }),
  ),
  patch(`90 notes a number on ${path}`, path, '{"notes":1}', { field: 'notes' }),
  patch(`90 notes an object on ${path}`, path, '{"notes":{"$gt":""}}', { field: 'notes' }),
  patch(`90 notes with NUL on ${path}`, path, '{"notes":"a\\u0000b"}', { field: 'notes' }),
  patch(`90 notes with half a character on ${path}`, path, '{"notes":"\\ud800"}', {
    field: 'notes',
  }),
  patch(`90 notes of 100,001 characters on ${path}`, path, `{"notes":"${'x'.repeat(100_001)}"}`, {
    field: 'notes',
  }),
  ...[
    '',
    '{',
    '[]',
    'null',
    '"text"',
    '1',
    'notes=x',
    "{'notes':'x'}",
    '{"notes":"x",}',
    '\uFEFF{}',
  ].map((body) => patch(`91 body ${body} on ${path}`, path, body, { field: 'body' })),
  patch(`91 nested 200 deep on ${path}`, path, `${'['.repeat(200)}${']'.repeat(200)}`, {
    field: 'body',
  }),
  patch(`91 nested 100,000 deep on ${path}`, path, `${'['.repeat(100_000)}${']'.repeat(100_000)}`, {
    field: 'body',
  }),
  patch(`90 good body, unknown id on ${path}`, path, '{"notes":"x"}', { status: 404 }),
]);
