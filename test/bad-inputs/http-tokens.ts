/** Tokens and Authorization headers that have to be 401, each by itself. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { issueToken } from '../../src/accounts/tokens.ts';
import { addUser } from '../../src/accounts/users.ts';
import { revokeAccessToken } from '../../src/store/access-tokens.ts';
import type { HttpWorld } from '../harness/http-world.ts';
import type { HttpCase } from './http-case.ts';

const PATH = '/api/calendly/stats';
const DAY = 86_400;

type Claims = Record<string, unknown>;
/** What the header says, and the hash that is really used. */
type SignedHeader = Claims & { hash?: string };
type Change = (claims: Claims, world: HttpWorld) => Claims;

/** A genuine token's claims, changed and signed again with the right key: only the change is wrong. */
function forged(name: string, change: Change, header: Claims = {}): HttpCase {
  return withToken(name, (world) => signToken(world, change(goodClaims(world), world), header));
}

function withToken(name: string, token: (world: HttpWorld) => string | Promise<string>): HttpCase {
  return withHeaders(name, async (world) => [['authorization', `Bearer ${await token(world)}`]]);
}

function withHeaders(
  name: string,
  headers: (world: HttpWorld) => [string, string][] | Promise<[string, string][]>,
  path = PATH,
): HttpCase {
  return {
    name,
    request: async (world) => ({ path, headers: await headers(world) }),
    status: 401,
    headers: { 'www-authenticate': 'Bearer' },
  };
}

function goodClaims(world: HttpWorld): Claims {
  const [, payload = ''] = world.admin.token.split('.');
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return { ...Object(claims) };
}

function without(claims: Claims, name: string): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name));
}

function part(value: unknown): string {
  // 1e400 is what JSON.stringify cannot write: it stands as a marked text until here.
  const json = JSON.stringify(value).replaceAll('"@1e400"', '1e400');
  return Buffer.from(json).toString('base64url');
}

function signToken(world: HttpWorld, claims: Claims, header: SignedHeader = {}): string {
  const { hash = 'sha256', ...named } = header;
  const signed = `${part({ alg: 'HS256', typ: 'JWT', ...named })}.${part(claims)}`;
  return `${signed}.${createHmac(hash, world.jwtSecret).update(signed).digest('base64url')}`;
}

function seconds(world: HttpWorld): number {
  return Math.floor(world.ids.now() / 1000);
}

/** The same way of making tokens with nothing wrong: what shows that each case fails for its own reason. */
export const goodToken: HttpCase = {
  ...forged('a genuine token, signed again', (claims, world) => ({
    ...claims,
    exp: seconds(world) - 4,
  })),
  status: 200,
};

const good = (world: HttpWorld): string => world.admin.token;

export const tokenCases: readonly HttpCase[] = [
  withHeaders('61 no Authorization', () => []),
  withHeaders('61 Bearer only', () => [['authorization', 'Bearer']]),
  withHeaders('61 Bearer and a space', () => [['authorization', 'Bearer ']]),
  withHeaders('61 Basic', (world) => [['authorization', `Basic ${good(world)}`]]),
  withHeaders('61 token without a scheme', (world) => [['authorization', good(world)]]),
  withHeaders('61 good token twice', (world) => [
    ['authorization', `Bearer ${good(world)}`],
    ['Authorization', `Bearer ${good(world)}`],
  ]),
  withHeaders('61 two tokens in one header', (world) => [
    ['authorization', `Bearer ${good(world)}, Bearer ${good(world)}`],
  ]),
  withToken('62 two dots', () => '..'),
  withToken('62 one part', () => 'abc'),
  withToken('62 two parts', (world) => good(world).split('.').slice(0, 2).join('.')),
  withToken('62 five parts (JWE)', () => 'eyJhbGciOiJkaXIifQ.a.b.c.d'),
  withToken('62 12 kB', (world) => good(world) + 'A'.repeat(12_000)),
  // more than Node takes of headers
  {
    ...withToken('62 20 kB', (world) => good(world) + 'A'.repeat(20_000)),
    status: 431,
    headers: {},
  },
  withToken('62 payload that is no JSON', (world) =>
    signToken(world, {}).replace(/\..*\./, '.AAAA.'),
  ),
  withToken('62 last character changed', (world) => {
    const token = good(world);
    return token.slice(0, -2) + (token.at(-2) === 'A' ? 'B' : 'A') + token.slice(-1);
  }),
  ...['none', 'None', 'NONE', 'nOnE'].map((alg) =>
    withToken(
      `63 alg ${alg}, no signature`,
      (world) => `${part({ alg })}.${part(goodClaims(world))}.`,
    ),
  ),
  forged('63 alg none with a good MAC', (claims) => claims, { alg: 'none' }),
  withToken(
    '63 HS256 without a signature',
    (world) => `${good(world).split('.').slice(0, 2).join('.')}.`,
  ),
  withToken('64 RS256', (world) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(goodClaims(world))}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
  }),
  withToken('64 signed with another secret', (world) =>
    signToken({ ...world, jwtSecret: new Uint8Array(32) }, goodClaims(world)),
  ),
  withToken('65 HS384', (world) =>
    signToken(world, goodClaims(world), { alg: 'HS384', hash: 'sha384' }),
  ),
  withToken('65 HS512', (world) =>
    signToken(world, goodClaims(world), { alg: 'HS512', hash: 'sha512' }),
  ),
  withToken('65 HS256 header, SHA-512', (world) =>
    signToken(world, goodClaims(world), { hash: 'sha512' }),
  ),
  ...[
    '../../etc/passwd',
    "' or 1=1 --",
    'http://127.0.0.1/',
    'x'.repeat(2000),
    'y'.repeat(9000),
    'unknown',
  ].map((kid) => forged(`66 kid ${kid.slice(0, 20)}`, (claims) => claims, { kid })),
  ...['jku', 'x5u'].map((name) =>
    forged(`67 ${name}`, (claims) => claims, { [name]: 'http://127.0.0.1:1/keys' }),
  ),
  forged('67 jwk', (claims) => claims, { jwk: { kty: 'oct', k: 'AAAA' } }),
  forged('67 x5c', (claims) => claims, { x5c: ['AAAA'] }),
  forged('68 unknown crit', (claims) => claims, { crit: ['exp'], exp: 1 }),
  forged('68 b64 false', (claims) => claims, { crit: ['b64'], b64: false }),
  forged('68 zip', (claims) => claims, { zip: 'DEF' }),
  forged('69 expired beyond the tolerance', (claims, world) => ({
    ...claims,
    exp: seconds(world) - 6,
  })),
  forged('69 nbf ahead', (claims, world) => ({ ...claims, nbf: seconds(world) + 60 })),
  forged('70 no exp', (claims) => without(claims, 'exp')),
  forged('70 exp a string', (claims, world) => ({ ...claims, exp: String(seconds(world) + DAY) })),
  forged('70 exp 1e400', (claims) => ({ ...claims, exp: '@1e400' })),
  forged('70 exp a fraction', (claims, world) => ({ ...claims, exp: seconds(world) + 0.5 })),
  forged('70 exp null', (claims) => ({ ...claims, exp: null })),
  forged('70 exp negative', (claims) => ({ ...claims, exp: -1 })),
  forged('70 exp 366 days away', (claims, world) => ({
    ...claims,
    exp: seconds(world) + 366 * DAY,
  })),
  forged('71 iat a year ahead', (claims, world) => ({
    ...claims,
    iat: seconds(world) + 365 * DAY,
  })),
  forged('71 iat 2 minutes ahead', (claims, world) => ({ ...claims, iat: seconds(world) + 120 })),
  forged('71 no iat', (claims) => without(claims, 'iat')),
  forged('72 no iss', (claims) => without(claims, 'iss')),
  forged('72 iss with a slash at its end', (claims) => ({ ...claims, iss: 'calendly-sync/' })),
  forged('72 iss of another project', (claims) => ({ ...claims, iss: 'https://host.example.com' })),
  forged('73 aud', (claims) => ({ ...claims, aud: 'authenticated' })),
  forged('73 aud a list', (claims) => ({ ...claims, aud: ['calendly-sync', 'other'] })),
  ...['anon', 'service_role'].map((role) =>
    forged(`74 a host application's ${role} key`, (_, world) => ({
      iss: 'supabase',
      role,
      iat: seconds(world) - DAY,
      exp: seconds(world) + 300 * DAY,
    })),
  ),
  forged('76 no sub', (claims) => without(claims, 'sub')),
  forged('76 sub SQL', (claims) => ({ ...claims, sub: "' or 1=1 --" })),
  forged('76 sub in upper case', (claims) => ({
    ...claims,
    sub: String(claims['sub']).toUpperCase(),
  })),
  forged('76 sub of another user', (claims, world) => ({ ...claims, sub: world.member.user.id })),
  forged('76 sub of another workspace', (claims, world) => ({
    ...claims,
    sub: world.foreigner.user.id,
  })),
  forged('77 no jti', (claims) => without(claims, 'jti')),
  forged('77 unknown jti', (claims) => ({
    ...claims,
    jti: '01890000-0000-7000-8000-000000000000',
  })),
  forged('77 jti SQL', (claims) => ({ ...claims, jti: "x' or true --" })),
  forged('77 jti an object', (claims) => ({ ...claims, jti: {} })),
  withToken('77 of a removed user', (world) =>
    world.db.tx(async (tx) => {
      const { workspaceId } = world.admin.user;
      const add = { workspaceId, email: 'gone@example.com', role: 'member' as const };
      const user = await addUser(tx, add, world.ids);
      const keys = { secret: world.jwtSecret, ids: world.ids };
      const { token } = await issueToken(tx, { user, days: 1 }, keys);
      await tx.query('update users set removed_at = created_at where id = $1', [user.id]);
      return token;
    }),
  ),
  withToken('77 revoked', (world) =>
    world.db.tx(async (tx) => {
      const keys = { secret: world.jwtSecret, ids: world.ids };
      const { user } = world.admin;
      const { token, id } = await issueToken(tx, { user, days: 1 }, keys);
      const whose = { workspaceId: user.workspaceId, userId: user.id };
      await revokeAccessToken(tx, whose, { id, at: await tx.clock() });
      return token;
    }),
  ),
  {
    ...withHeaders('79 token in the query', () => []),
    request: (world) => ({ path: `${PATH}?access_token=${good(world)}` }),
  },
  {
    ...withHeaders('79 token in the body', () => []),
    request: (world) => ({
      method: 'POST',
      path: '/api/calendly/sync',
      headers: [['content-type', 'application/json']],
      body: JSON.stringify({ access_token: good(world) }),
    }),
  },
  withHeaders('79 token in a cookie', (world) => [['cookie', `token=${good(world)}`]]),
  withHeaders('79 token in another header', (world) => [
    ['x-authorization', `Bearer ${good(world)}`],
  ]),
  forged('80 another type of token', (claims) => claims, { typ: 'at+jwt' }),
  forged('80 ID token', (claims) => claims, { typ: 'ID' }),
];
