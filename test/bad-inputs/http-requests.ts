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
  '/api/auth/login': 'POST',
  '/api/auth/logout': 'POST',
  '/api/auth/register': 'POST',
  '/api/auth/password': 'POST',
  '/api/auth/me': 'GET, HEAD',
  '/api/members': 'GET, HEAD, POST',
  [`/api/members/${ID}`]: 'DELETE, PATCH',
  [`/api/members/${ID}/reset`]: 'POST',
  '/api/invitations': 'GET, HEAD, POST',
  [`/api/invitations/${ID}`]: 'DELETE',
  '/api/tokens': 'GET, HEAD, POST',
  [`/api/tokens/${ID}`]: 'DELETE',
  '/api/audit': 'GET, HEAD',
  '/api/meetings': 'GET, HEAD',
  [`/api/meetings/${ID}`]: 'GET, HEAD, PATCH',
  [`/api/clients/${ID}`]: 'GET, HEAD, PATCH',
  '/api/connections': 'GET, HEAD, POST',
  '/api/documents': 'GET, HEAD, POST',
  [`/api/documents/${ID}`]: 'DELETE, GET, HEAD, PATCH',
  [`/api/documents/${ID}/content`]: 'GET, HEAD',
  [`/api/documents/${ID}/preview`]: 'GET, HEAD',
  [`/api/documents/${ID}/restore`]: 'POST',
  [`/api/connections/${ID}`]: 'DELETE, PATCH',
  '/api/calendly/oauth/start': 'GET, HEAD',
  '/api/calendly/oauth/callback': 'GET, HEAD',
  [`/api/runs/${ID}`]: 'GET, HEAD',
};
const METHODS = ['OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PROPFIND', 'PURGE'];

const wrongMethods: HttpCase[] = Object.entries(ALLOWED).flatMap(([path, allow]) =>
  METHODS.filter((method) => !allow.split(', ').includes(method)).map((method) => ({
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

function bodyOf(path: string, body: unknown, method = 'POST'): HttpCase['request'] {
  const headers: [string, string][] = [['content-type', 'application/json']];
  return signedIn({ method, path, headers, body: JSON.stringify(body) });
}

const login = { email: 'a@b.example', password: 'a good long password' };
const accountBodies: HttpCase[] = [
  ...[
    ['login without a password', '/api/auth/login', { email: login.email }, 'password'],
    ['login with an empty password', '/api/auth/login', { ...login, password: '' }, 'password'],
    ['login with a list', '/api/auth/login', { ...login, email: [login.email] }, 'email'],
    ['login with U+0000', '/api/auth/login', { ...login, email: 'a\u0000@b.c' }, 'email'],
    ['login with 2 kB', '/api/auth/login', { ...login, password: 'x'.repeat(2001) }, 'password'],
    ['register as admin', '/api/auth/register', { ...login, role: 'admin' }, 'role'],
    ['register elsewhere', '/api/auth/register', { ...login, workspace_id: ID }, 'workspace_id'],
    ['logout with a word', '/api/auth/logout', { everywhere: 'yes' }, 'everywhere'],
    ['member without address', '/api/members', { role: 'admin' }, 'email'],
    ['member of another role', '/api/members', { email: login.email, role: 'owner' }, 'role'],
    ['invitation of nobody', '/api/invitations', { email: ' ' }, 'email'],
    ['token for a year and a day', '/api/tokens', { days: 366 }, 'days'],
    ['token for no day', '/api/tokens', { days: 0 }, 'days'],
    ['token of somebody else', '/api/tokens', { user_id: ID }, 'user_id'],
  ].map(([name, path, body, field]) => ({
    name: `90 ${String(name)}`,
    request: bodyOf(String(path), body),
    status: 400,
    field: String(field),
  })),
  { name: '90 no address', request: bodyOf('/api/members', { email: 'x' }), status: 400 },
  ...['short', ' '.repeat(7)].map((password) => ({
    name: `90 password ${JSON.stringify(password)}`,
    request: bodyOf('/api/members', { email: 'new@b.example', password }),
    status: 400,
  })),
  ...['members', 'invitations', 'tokens'].flatMap((list) =>
    [ID, 'x', '%00', "' or 1=1 --"].map((id) => ({
      name: `85 DELETE ${list} ${id}`,
      request: signedIn({ method: 'DELETE', path: `/api/${list}/${encodeURIComponent(id)}` }),
      status: 404,
    })),
  ),
  {
    name: '85 role of an unknown member',
    request: bodyOf(`/api/members/${ID}`, { role: 'member' }, 'PATCH'),
    status: 404,
  },
  {
    name: '85 reset of an unknown member',
    request: bodyOf(`/api/members/${ID}/reset`, {}),
    status: 404,
  },
];

const connectionCases: HttpCase[] = [
  ...[
    ['a connection without a token', {}, 'token'],
    ['a connection of another scope', { token: 'x', scope: 'all' }, 'scope'],
    ["a connection in somebody's name", { token: 'x', user_id: ID }, 'user_id'],
    ['a token with U+0000', { token: 'a\u0000b' }, 'token'],
    ['a list of tokens', { token: ['x'] }, 'token'],
  ].map(([name, body, field]) => ({
    name: `90 ${String(name)}`,
    request: bodyOf('/api/connections', body),
    status: 400,
    field: String(field),
  })),
  ...[ID, 'x', '%00', "' or 1=1 --"].flatMap((id) => [
    {
      name: `85 DELETE connections ${id}`,
      request: signedIn({ method: 'DELETE', path: `/api/connections/${encodeURIComponent(id)}` }),
      status: 404,
    },
    {
      name: `85 PATCH connections ${id}`,
      request: bodyOf(`/api/connections/${encodeURIComponent(id)}`, { paused: true }, 'PATCH'),
      status: 404,
    },
  ]),
  {
    name: '90 purge maybe',
    request: signedIn({ method: 'DELETE', path: `/api/connections/${ID}?purge=maybe` }),
    status: 400,
    field: 'purge',
  },
];

export const requestCases: readonly HttpCase[] = [
  ...connectionCases,
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
  ...accountBodies,
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
