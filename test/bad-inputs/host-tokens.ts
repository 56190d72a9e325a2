/** Tokens of a host application that have to be refused, each by itself; rows 61–81 of the table of bad inputs. */
import { AUDIENCE, type Claims, goodClaims, ISSUER, part } from '../harness/token-host.ts';

export interface HostTokenCase {
  name: string;
  status: 401 | 403;
  token(host: Signer): string;
}

/** The right key of either kind of host; only what a case changes is wrong. */
export interface Signer {
  now: number;
  sign(claims: Claims, header?: Claims): string;
}

type Change = (claims: Record<string, unknown>, now: number) => Claims;

const DAY = 86_400;

function forged(
  name: string,
  change: Change,
  header: Claims = {},
  status: 401 | 403 = 401,
): HostTokenCase {
  const token = ({ now, sign }: Signer): string =>
    sign(change(goodClaims(now), Math.floor(now / 1000)), header);
  return { name, status, token };
}

function without(...names: string[]): Change {
  return (claims) =>
    Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}

const asIs: Change = (claims) => claims;
const withClaim =
  (more: Claims): Change =>
  (claims) => ({ ...claims, ...more });

const good = ({ now, sign }: Signer): string => sign(goodClaims(now));

export const hostTokenCases: readonly HostTokenCase[] = [
  { name: '62 two dots', status: 401, token: () => '..' },
  { name: '62 one part', status: 401, token: () => 'abc' },
  {
    name: '62 two parts',
    status: 401,
    token: (host) => good(host).split('.').slice(0, 2).join('.'),
  },
  { name: '62 five parts (JWE)', status: 401, token: () => 'eyJhbGciOiJkaXIifQ.a.b.c.d' },
  forged('62 9 kB', withClaim({ x: 'x'.repeat(9000) })),
  ...['none', 'None', 'NONE'].map((alg): HostTokenCase => ({
    name: `63 alg ${alg}, no signature`,
    status: 401,
    token: ({ now }) => `${part({ alg })}.${part(goodClaims(now))}.`,
  })),
  forged('63 alg none with a good signature', asIs, { alg: 'none' }),
  {
    name: '63 empty signature',
    status: 401,
    token: (host) => `${good(host).split('.').slice(0, 2).join('.')}.`,
  },
  {
    name: '63 signature of another token',
    status: 401,
    token: (host) => [...good(host).split('.').slice(0, 2), good(host).split('.')[2]].join('.'),
  },
  ...[
    '../../etc/passwd',
    "' or 1=1 --",
    'http://127.0.0.1/',
    'unknown',
    'x'.repeat(3000),
    'y'.repeat(9000),
  ].map((kid): HostTokenCase => ({
    name: `66 kid ${kid.slice(0, 20)}, another key`,
    status: 401,
    token: ({ now }) => `${part({ alg: 'ES256', typ: 'JWT', kid })}.${part(goodClaims(now))}.AAAA`,
  })),
  forged('66 kid a number', asIs, { kid: 1 }),
  ...['jku', 'x5u'].map((name) => forged(`67 ${name}`, asIs, { [name]: 'http://127.0.0.1:1/k' })),
  forged('67 jwk', asIs, { jwk: { kty: 'oct', k: 'AAAA' } }),
  forged('67 x5c', asIs, { x5c: ['AAAA'] }),
  forged('68 unknown crit', asIs, { crit: ['exp'], exp: 1 }),
  forged('68 b64 false', asIs, { crit: ['b64'], b64: false }),
  forged('68 zip', asIs, { zip: 'DEF' }),
  forged('69 expired beyond the tolerance', (claims, now) => ({
    ...claims,
    iat: now - 600,
    exp: now - 6,
  })),
  forged('69 nbf ahead', (claims, now) => ({ ...claims, nbf: now + 60 })),
  forged('69 nbf a string', withClaim({ nbf: '0' })),
  forged('70 no exp', without('exp')),
  forged('70 exp a string', (claims, now) => ({ ...claims, exp: String(now + 60) })),
  forged('70 exp 1e400', withClaim({ exp: '@1e400' })),
  forged('70 exp a fraction', (claims, now) => ({ ...claims, exp: now + 60.5 })),
  forged('70 exp more than a day away', (claims, now) => ({ ...claims, exp: now + DAY + 3600 })),
  forged('70 a life of more than a day', (claims, now) => ({
    ...claims,
    iat: now - 2 * DAY,
    exp: now + 3600,
  })),
  forged('70 ten years', (claims, now) => ({ ...claims, exp: now + 3650 * DAY })),
  forged('71 no iat', without('iat')),
  forged('71 iat a year ahead', (claims, now) => ({ ...claims, iat: now + 365 * DAY })),
  forged('71 iat 2 minutes ahead', (claims, now) => ({ ...claims, iat: now + 120 })),
  forged('71 iat a string', withClaim({ iat: '1' })),
  forged('72 no iss', without('iss')),
  forged('72 iss with a slash at its end', withClaim({ iss: `${ISSUER}/` })),
  forged('72 iss of another project', withClaim({ iss: 'https://other.example.com/auth/v1' })),
  forged('72 our own iss', withClaim({ iss: 'calendly-sync' })),
  forged('72 iss a list', withClaim({ iss: [ISSUER] })),
  forged('73 no aud', without('aud')),
  forged('73 aud of another', withClaim({ aud: 'anon' })),
  forged('73 aud a list with others', withClaim({ aud: [AUDIENCE, 'other'] })),
  forged('73 aud an empty list', withClaim({ aud: [] })),
  ...['anon', 'service_role', 'supabase_admin', '', 'postgres'].map((role) =>
    forged(`74 role ${role}`, withClaim({ role })),
  ),
  ...['anon', 'service_role'].map((role) =>
    forged(`74 the host's own ${role} key`, (_, now) => ({
      iss: ISSUER,
      ref: 'host',
      role,
      iat: now - 60,
      exp: now + 3600,
    })),
  ),
  forged('75 an anonymous sign-in', withClaim({ is_anonymous: true }), {}, 403),
  forged('76 no sub', without('sub')),
  ...["' or 1=1 --", '', '1', '0190000000007000800000000000000a', '{}'].map((sub) =>
    forged(`76 sub ${sub}`, withClaim({ sub })),
  ),
  forged('76 sub in upper case', (claims) => ({
    ...claims,
    sub: `A${String(claims['sub']).slice(1).toUpperCase()}`,
  })),
  forged('76 sub an object', withClaim({ sub: {} })),
  ...['at+jwt', 'ID', 'logout+jwt', 'jwt '].map((typ) => forged(`80 typ ${typ}`, asIs, { typ })),
];
