/** Requests that are wrong as HTTP: methods, types, sizes, targets, hosts. */
import { signedIn, type HttpCase } from './http-case.ts';

const ID = '01890000-0000-7000-8000-000000000000';

const ALLOWED: Readonly<Record<string, string>> = {
  '/health': 'GET, HEAD',
  '/ready': 'GET, HEAD',
  '/metrics': 'GET, HEAD',
  '/': 'GET, HEAD',
  '/api/openapi.json': 'GET, HEAD',
  '/api/calendly/status': 'GET, HEAD',
  '/api/calendly/sync': 'POST',
  '/api/calendly/scheduler/trigger': 'POST',
  // POST is there too: to a delivery `test` is an id like any other, and refused like one.
  '/api/calendly/webhook/test': 'GET, HEAD, POST',
  '/api/calendly/webhook': 'POST',
  [`/api/calendly/webhook/${ID}`]: 'POST',
  '/api/stream': 'GET',
  '/api/deliveries': 'GET, HEAD',
  [`/api/deliveries/${ID}/replay`]: 'POST',
  '/api/drift': 'GET, HEAD',
  '/api/drift/verify': 'POST',
  '/api/meetings': 'GET, HEAD',
  [`/api/meetings/${ID}`]: 'GET, HEAD, PATCH',
  [`/api/clients/${ID}`]: 'GET, HEAD, PATCH',
  [`/api/runs/${ID}`]: 'GET, HEAD',
};
const METHODS = ['OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PROPFIND', 'PURGE'];

const wrongMethods: HttpCase[] = Object.entries(ALLOWED).flatMap(([path, allow]) =>
  METHODS.map((method) => ({
    name: `103 ${method} ${path}`,
    request: { method, path },
    status: 405,
    headers: { allow },
  })),
);

function patchOf(type: string | null, body: string): HttpCase['request'] {
  const headers: [string, string][] = type === null ? [] : [['content-type', type]];
  return signedIn({ method: 'PATCH', path: `/api/meetings/${ID}`, headers, body });
}

const wrongTypes: HttpCase[] = [
  null,
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-7',
  'application/json; charset=utf-16',
  'application/json; charset=iso-8859-1',
  'application/jsonp',
  'application/json, text/plain',
  'json',
  '',
].map((type) => ({
  name: `91 content type ${type}`,
  request: patchOf(type, '{"notes":"x"}'),
  status: 415,
}));

const unknownPaths: HttpCase[] = [
  '/api',
  '/api/',
  '/api/meetings/',
  '//api/meetings',
  '/API/MEETINGS',
  '/api/%6Deetings/x/y',
  '/api/../etc/passwd',
  '/.env',
  '/.git/config',
  '/index.php',
  '/api/meetings/a/b',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/style.css/',
].map((path) => ({ name: `85 path ${path}`, request: signedIn({ path }), status: 404 }));

export const requestCases: readonly HttpCase[] = [
  ...wrongMethods,
  ...wrongTypes,
  ...unknownPaths,
  {
    name: '103 unknown path, wrong method',
    request: { method: 'DELETE', path: '/nowhere' },
    status: 404,
  },
  {
    name: '91 body of 300 kB',
    request: patchOf('application/json', `{"notes":"${'x'.repeat(300_000)}"}`),
    status: 413,
  },
  {
    name: '91 form body under a JSON type',
    request: patchOf('application/json', 'notes=x'),
    status: 400,
    field: 'body',
  },
  {
    name: '90 a body for the sync',
    request: signedIn({
      method: 'POST',
      path: '/api/calendly/sync',
      headers: [['content-type', 'application/json']],
      body: '{"user_id":"1"}',
    }),
    status: 400,
    field: 'user_id',
  },
  {
    name: '90 text for the sync',
    request: signedIn({
      method: 'POST',
      path: '/api/calendly/sync',
      headers: [['content-type', 'text/plain']],
      body: 'x',
    }),
    status: 415,
  },
  {
    name: '101 absolute target',
    request: signedIn({ path: 'http://evil.example/health' }),
    status: 400,
  },
  { name: '101 target *', request: { method: 'OPTIONS', path: '*' }, status: 400 },
  { name: '101 NUL in the path', request: { path: '/api/\u0000meetings' }, status: 400 },
  { name: '101 space in the path', request: { path: '/api/meet ings' }, status: 400 },
  { name: '101 no method of HTTP', request: { method: 'FOO', path: '/health' }, status: 400 },
  {
    name: '101 folded header',
    request: { path: '/health', headers: [['x-a', 'b\r\n c']] },
    status: 400,
  },
  {
    name: '101 bare LF',
    request: { path: '/health', headers: [['x-a', 'b\nx-c: d']] },
    status: 400,
  },
  {
    name: '101 space before the colon',
    request: { path: '/health', headers: [['x-a ', 'b']] },
    status: 400,
  },
  {
    name: '101 both lengths',
    request: {
      method: 'POST',
      path: '/api/calendly/sync',
      headers: [
        ['transfer-encoding', 'chunked'],
        ['content-length', '4'],
      ],
      body: '0\r\n\r\n',
    },
    status: 400,
  },
  {
    name: '101 two lengths',
    request: {
      method: 'POST',
      path: '/api/calendly/sync',
      headers: [
        ['content-length', '4'],
        ['content-length', '5'],
      ],
      body: 'abcd',
    },
    status: 400,
  },
  {
    name: '12 header of 20 kB',
    request: { path: '/health', headers: [['x-a', 'b'.repeat(20_000)]] },
    status: 431,
  },
];
