/** Tokens of a host application: every one that is not wholly in order is refused, a thousand good ones are not. */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/accounts/caller.ts';
import { createHostSignIn } from '../../src/app/host-sign-in.ts';
import { Secret } from '../../src/base/secret.ts';
import { type Clock, systemClock } from '../../src/base/time.ts';
import { call, type HttpWorld, type JsonAnswer, startHttpWorld } from '../harness/http-world.ts';
import {
  AUDIENCE,
  goodClaims,
  ISSUER,
  type KeySetServer,
  makeKey,
  part,
  signHmac,
  signWith,
  startKeySetServer,
} from '../harness/token-host.ts';
import { hostTokenCases, type Signer } from './host-tokens.ts';

const SECRET = 's'.repeat(40);
const rules = { issuer: ISSUER, audience: AUDIENCE, workspaceClaim: 'org_id' };
const [es, rs] = [makeKey('es', 'ES256'), makeKey('rs', 'RS256')];
const MINUTE_MS = 60_000;

let world: HttpWorld;
let keySet: KeySetServer;
let ahead = 0;
const now = (): number => systemClock.now() + ahead;
type HostCaller = (token: string) => Promise<Caller | undefined>;
let hostCaller: HostCaller | undefined;
/** Nobody waits in a test for a key set that is silent. */
const after: Clock['after'] = (ms, run) =>
  systemClock.after(keySet.fault === 'silent' ? 20 : ms, run);

beforeAll(async () => {
  keySet = await startKeySetServer([es, rs]);
  world = await startHttpWorld({ now, deps: { hostCaller: async (token) => hostCaller?.(token) } });
});
afterAll(async () => {
  process.stdout.write(`host tokens: ${2 * hostTokenCases.length + keyCases} cases\n`);
  await world.close();
  await keySet.close();
});
let keyCases = 0;

function useHost(kind: 'hs256' | 'jwks'): void {
  const deps = { db: world.db, ids: world.ids, clock: { ...systemClock, now, after } };
  const settings =
    kind === 'jwks'
      ? { ...rules, kind, url: keySet.url }
      : { ...rules, kind, secret: new Secret(SECRET) };
  hostCaller = createHostSignIn(deps, settings);
}

const ask = (token: string, path = '/api/auth/me'): Promise<JsonAnswer> =>
  call(world, path, { as: { ...world.admin, token } });

describe.each<['hs256' | 'jwks', Signer['sign']]>([
  ['hs256', (claims, header) => signHmac(claims, SECRET, header)],
  ['jwks', (claims, header) => signWith(es, claims, header)],
])('with the keys of %s', (kind, sign) => {
  beforeAll(() => useHost(kind));

  it.each(hostTokenCases)('$name → $status', async (bad) => {
    const token = bad.token({ now: now(), sign });
    const { status, body } = await ask(token);
    expect(status).toBe(bad.status);
    expect(JSON.stringify(body)).not.toContain(token);
  });

  it('takes five hundred good tokens, each of a subject with a workspace of its own', async () => {
    const before = await count('workspaces');
    const tokens = Array.from({ length: 500 }, (_, index) => {
      const claims = goodClaims(now());
      if (index % 2 === 0) return sign({ ...claims, aud: [AUDIENCE] });
      return sign({ ...claims, role: undefined, iat: Number(claims['iat']) + 50 });
    });
    const statuses = new Set<number>();
    for (let from = 0; from < tokens.length; from += 50) {
      const answers = await Promise.all(tokens.slice(from, from + 50).map((token) => ask(token)));
      for (const { status } of answers) statuses.add(status);
    }
    expect([...statuses]).toEqual([200]);
    expect((await count('workspaces')) - before).toBe(500);
  });

  it('takes one that expired within the tolerance', async () => {
    const claims = goodClaims(now());
    const exp = Number(claims['iat']) - 3;
    expect((await ask(sign({ ...claims, iat: exp - 60, exp }))).status).toBe(200);
  });

  it('one subject that comes fifty times at once is one user', async () => {
    const before = await count('users');
    const token = sign(goodClaims(now()));
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(token)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 200, body: { role: 'admin', csrf_token: null } });
    expect((await count('users')) - before).toBe(1);
  });

  it('never becomes the user who signs in with the same address', async () => {
    const claims = { ...goodClaims(now()), email: 'admin@example.com' };
    const { body } = await ask(sign(claims));
    const { user, workspace } = body as { user: { id: string }; workspace: { id: string } };
    expect([user.id, workspace.id]).not.toContain(world.admin.user.id);
    expect(workspace.id).not.toBe(world.admin.user.workspaceId);
  });

  it('those with one workspace claim share a workspace; the first is its admin', async () => {
    const org = `org-${kind}`;
    const tokens = Array.from({ length: 8 }, () => sign({ ...goodClaims(now()), org_id: org }));
    const answers = await Promise.all(tokens.map((token) => ask(token)));
    const bodies = answers.map(({ body }) => body as { role: string; workspace: { id: string } });
    expect(new Set(bodies.map(({ workspace }) => workspace.id)).size).toBe(1);
    expect(bodies.filter(({ role }) => role === 'admin')).toHaveLength(1);
    for (const wrong of [7, '', {}, 'x'.repeat(300), ['a']]) {
      const { status } = await ask(sign({ ...goodClaims(now()), org_id: wrong }));
      expect([wrong, status]).toEqual([wrong, 401]);
    }
  });

  it('joins the workspace that its verified address was invited to, once', async () => {
    const invited = `invited-${kind}@example.com`;
    const json = { email: invited, role: 'member' };
    expect((await call(world, '/api/invitations', { method: 'POST', json })).status).toBe(201);
    const come = async (verified: unknown): Promise<unknown> => {
      const claims = { ...goodClaims(now()), email: invited.toUpperCase() };
      return (await ask(sign({ ...claims, email_verified: verified }))).body;
    };
    const home = { workspace: { id: world.admin.user.workspaceId } };
    for (const unproven of [undefined, false, 'true', 1]) {
      expect(await come(unproven)).not.toMatchObject(home);
    }
    expect(await come(true)).toMatchObject({ role: 'member', ...home });
    expect(await come(true)).toMatchObject({ role: 'admin' });
    expect(await come(true)).not.toMatchObject(home);
  });

  it('77 a removed subject stays out, and gets no new workspace', async () => {
    const token = sign(goodClaims(now()));
    const { body } = await ask(token);
    const { user } = body as { user: { id: string } };
    await world.db.query('update users set removed_at = $2 where id = $1', [
      user.id,
      await world.db.clock(),
    ]);
    const users = await count('users');
    expect((await ask(token)).status).toBe(401);
    expect(await count('users')).toBe(users);
  });
});

describe('keys that are not for this', () => {
  const claims = (): Record<string, unknown> => goodClaims(now());
  const pem = rs.publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const jwk = JSON.stringify(rs.publicKey.export({ format: 'jwk' }));

  const wrongKeys: [name: string, kind: 'hs256' | 'jwks', token: () => string][] = [
    ['64 the public key as HS256 secret', 'jwks', () => signHmac(claims(), pem, { kid: 'rs' })],
    ['64 its JWK as HS256 secret', 'jwks', () => signHmac(claims(), jwk, { kid: 'rs' })],
    ['64 another secret', 'hs256', () => signHmac(claims(), 'x'.repeat(40))],
    ['64 another key under a known kid', 'jwks', () => signWith(makeKey('es', 'ES256'), claims())],
    ['64 a key of the wrong kind', 'jwks', () => signWith({ ...rs, kid: 'es' }, claims())],
    ['65 HS384', 'hs256', () => signHmac(claims(), SECRET, { alg: 'HS384' })],
    ['65 HS512', 'hs256', () => signHmac(claims(), SECRET, { alg: 'HS512' })],
    ['65 RS512 of a key for RS256', 'jwks', () => signWith(rs, claims(), { alg: 'RS512' })],
    [
      '66 no kid where there is a choice',
      'jwks',
      () => {
        const signed = `${part({ alg: 'ES256', typ: 'JWT' })}.${part(claims())}`;
        return `${signed}.${signWith(es, claims()).split('.')[2]}`;
      },
    ],
    [
      '66 a key that is not published',
      'jwks',
      () => {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        return signWith({ ...es, kid: 'unpublished', privateKey }, claims());
      },
    ],
  ];
  keyCases = wrongKeys.length;

  it.each(wrongKeys)('%s → 401', async (_name, kind, token) => {
    useHost(kind);
    expect((await ask(token())).status).toBe(401);
  });

  it.each(['jku', 'x5u'])('67 nobody is asked at the address that %s names', async (name) => {
    const elsewhere = await startKeySetServer([es]);
    try {
      for (const kind of ['hs256', 'jwks'] as const) {
        useHost(kind);
        const header = { [name]: elsewhere.url };
        const sign =
          kind === 'jwks' ? signWith(es, claims(), header) : signHmac(claims(), SECRET, header);
        expect((await ask(sign)).status).toBe(401);
      }
      expect(elsewhere.asked).toBe(0);
    } finally {
      await elsewhere.close();
    }
  });

  it('66 whatever kid three hundred tokens name, the key set is read once in five minutes', async () => {
    useHost('jwks');
    const before = keySet.asked;
    for (let from = 0; from < 6; from += 1) {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          ask(signWith({ ...es, kid: `${from}-${index}` }, claims()), '/api/meetings'),
        ),
      );
    }
    expect(keySet.asked - before).toBe(1);
  });
});

describe('78 a key set that fails', () => {
  it.each(['error', 'down', 'silent', 'huge', 'redirect', 'nonsense'] as const)(
    '%s: known keys are good for ten minutes, then everybody waits, and it heals',
    async (fault) => {
      useHost('jwks');
      const token = (): string => signWith(es, goodClaims(now()));
      const later = async (ms: number): Promise<number> => {
        ahead += ms;
        return (await ask(token())).status;
      };
      try {
        expect(await later(0)).toBe(200);
        keySet.fault = fault;
        expect(await later(6 * MINUTE_MS)).toBe(200);
        expect(await later(5 * MINUTE_MS)).toBe(503);
        keySet.fault = 'none';
        expect(await later(MINUTE_MS)).toBe(200);
      } finally {
        keySet.fault = 'none';
        ahead = 0;
      }
    },
  );

  it('a key that was taken out opens nothing after five minutes', async () => {
    useHost('jwks');
    try {
      expect((await ask(signWith(es, goodClaims(now())))).status).toBe(200);
      keySet.keys = [rs];
      ahead = 5 * MINUTE_MS;
      expect((await ask(signWith(es, goodClaims(now())))).status).toBe(401);
      expect((await ask(signWith(rs, goodClaims(now())))).status).toBe(200);
    } finally {
      keySet.keys = [es, rs];
      ahead = 0;
    }
  });

  it('that never answered is 503, for our own tokens it is not asked', async () => {
    keySet.fault = 'error';
    useHost('jwks');
    try {
      expect(await ask(signWith(es, goodClaims(now())))).toMatchObject({
        status: 503,
        body: { code: 'host_keys.unavailable' },
      });
      const before = keySet.asked;
      expect((await call(world, '/api/auth/me')).status).toBe(200);
      expect(keySet.asked).toBe(before);
    } finally {
      keySet.fault = 'none';
    }
  });
});

async function count(table: string): Promise<number> {
  const { rows } = await world.db.query<{ n: number }>(`select count(*) as n from ${table}`);
  return rows[0]?.n ?? -1;
}
