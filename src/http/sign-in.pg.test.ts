/** Sessions of browsers: sign-in, what a cookie opens and what it does not, sign-out, passwords. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { givePassword, openBrowser, PASSWORD, signInBrowser } from '../../test/harness/browser.ts';
import { call, startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { systemClock } from '../base/time.ts';

const DAY_MS = 86_400_000;
let world: HttpWorld;
let ahead = 0;

beforeAll(async () => {
  world = await startHttpWorld({ now: () => systemClock.now() + ahead });
  for (const one of [world.admin, world.member, world.foreigner]) await givePassword(world, one);
});
afterAll(() => world.close());

describe('signing in', () => {
  it('sets a cookie that no script reads and no other site sends, and opens what a token opens', async () => {
    const browser = await signInBrowser(world, world.member);
    expect(browser.setCookie).toMatch(
      /^session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const { status, body } = await browser.send('GET', '/api/auth/me');
    expect(status).toBe(200);
    expect(body).toEqual({
      user: { id: world.member.user.id, email: 'member@example.com', name: null, role: 'member' },
      role: 'member',
      workspace: { id: world.member.user.workspaceId, name: 'Workspace' },
      csrf_token: expect.stringMatching(/^[\w-]{43}$/),
      insecure: false,
    });
    expect((await browser.send('GET', '/api/meetings')).status).toBe(200);
    expect(await call(world, '/api/auth/me')).toMatchObject({
      body: { role: 'admin', csrf_token: null },
    });
  });

  it('takes the address in any case, and refuses an unknown one and a wrong password with the same bytes', async () => {
    const tries = [
      { email: 'ADMIN@Example.com', password: 'wrong password' },
      { email: 'nobody@example.com', password: PASSWORD },
      { email: 'no address', password: PASSWORD },
      { email: 'member@example.com', password: 'x'.repeat(2000) },
    ];
    const answers = await Promise.all(
      tries.map((one) => openBrowser(world).send('POST', '/api/auth/login', one)),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.some(({ headers }) => headers.has('set-cookie'))).toBe(false);
    const good = await openBrowser(world).send('POST', '/api/auth/login', {
      email: ' ADMIN@Example.com ',
      password: PASSWORD,
    });
    expect(good.status).toBe(200);
  });

  it('over the proxy’s https sets __Host-session with Secure; the plain cookie opens nothing there', async () => {
    const proxied = await startHttpWorld({ settings: { trustProxy: 1 } });
    try {
      await givePassword(proxied, proxied.admin);
      const browser = openBrowser(proxied);
      const https = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'sync.example.com' };
      const login = { email: 'admin@example.com', password: PASSWORD };
      const { body } = await browser.send('POST', '/api/auth/login', login, https);
      expect(body).toMatchObject({ insecure: false });
      expect(browser.setCookie).toMatch(/^__Host-session=.*; Path=\/; HttpOnly; Secure; SameSite/);
      const status = async (cookie: string): Promise<number> =>
        (await openBrowser(proxied).send('GET', '/api/auth/me', undefined, { ...https, cookie }))
          .status;
      const key = browser.cookie?.split('=')[1] ?? '';
      expect(await status(`__Host-session=${key}`)).toBe(200);
      expect(await status(`session=${key}`)).toBe(401);
      const plain = { 'x-forwarded-host': 'sync.example.com', cookie: `session=${key}` };
      expect((await browser.send('GET', '/api/auth/me', undefined, plain)).body).toMatchObject({
        insecure: false,
      });
    } finally {
      await proxied.close();
    }
  });

  it('is 429 after ten mistakes at one account, not for who makes none; other accounts and sessions go on', async () => {
    const own = await startHttpWorld();
    try {
      await givePassword(own, own.admin);
      await givePassword(own, own.member);
      const session = await signInBrowser(own, own.admin);
      for (let index = 0; index < 12; index += 1) await signInBrowser(own, own.admin);
      const login = (email: string, password: string): Promise<number> =>
        openBrowser(own)
          .send('POST', '/api/auth/login', { email, password })
          .then(({ status }) => status);
      const statuses: number[] = [];
      for (let index = 0; index < 12; index += 1) {
        statuses.push(
          await login(index % 2 === 0 ? 'admin@example.com' : ' ADMIN@EXAMPLE.COM', 'wrong'),
        );
      }
      expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
      expect(await login('admin@example.com', PASSWORD)).toBe(429);
      expect(await login('member@example.com', PASSWORD)).toBe(200);
      expect((await session.send('GET', '/api/meetings')).status).toBe(200);
    } finally {
      await own.close();
    }
  });
});

describe('a session changes something only for our own pages', () => {
  const change = '/api/calendly/sync';

  it.each([
    ['without the CSRF token', { 'x-csrf-token': '' }],
    ['with another token', { 'x-csrf-token': 'A'.repeat(43) }],
    ['from another origin', { origin: 'https://evil.example' }],
    ['from a sandboxed page', { origin: 'null' }],
    ['from a page of a sister site', { 'sec-fetch-site': 'same-site' }],
    ['from a page of another site', { 'sec-fetch-site': 'cross-site' }],
  ])('%s: 403', async (_what, headers) => {
    const browser = await signInBrowser(world, world.foreigner);
    const { status, body } = await browser.send('POST', change, {}, headers);
    expect([status, body['status']]).toEqual([403, 403]);
  });

  it('and for those it does, as a bearer token does without any of it', async () => {
    const browser = await signInBrowser(world, world.admin);
    const own = { origin: world.url, 'sec-fetch-site': 'same-origin' };
    expect((await browser.send('POST', change, {}, own)).status).toBe(200);
    const bearer = { method: 'POST', json: {}, headers: { origin: 'https://host.example' } };
    expect((await call(world, change, bearer)).status).toBe(200);
    // one session's token is no other's
    const other = await signInBrowser(world, world.admin);
    const mixed = { 'x-csrf-token': other.csrf ?? '' };
    expect((await browser.send('POST', change, {}, mixed)).status).toBe(403);
  });

  it('a bad bearer token beside a good cookie is 401', async () => {
    const browser = await signInBrowser(world, world.admin);
    const bad = { authorization: 'Bearer x.y.z' };
    expect((await browser.send('GET', '/api/meetings', undefined, bad)).status).toBe(401);
  });
});

describe('the end of a session', () => {
  const isIn = async (browser: ReturnType<typeof openBrowser>): Promise<boolean> =>
    (await browser.send('GET', '/api/meetings')).status === 200;

  it('comes with sign-out, of this one or of all; the key opens nothing any more', async () => {
    const [one, two, three] = [
      await signInBrowser(world, world.member),
      await signInBrowser(world, world.member),
      await signInBrowser(world, world.member),
    ];
    const kept = one.cookie;
    expect((await one.send('POST', '/api/auth/logout')).body).toEqual({
      success: true,
      sessions_ended: 1,
    });
    expect(one.setCookie).toMatch(/^session=; Max-Age=0; .*Expires=Thu, 01 Jan 1970/);
    one.cookie = kept;
    expect([await isIn(one), await isIn(two), await isIn(three)]).toEqual([false, true, true]);
    await two.send('POST', '/api/auth/logout', { everywhere: true });
    two.cookie = three.cookie;
    expect([await isIn(two), await isIn(three)]).toEqual([false, false]);
    expect((await call(world, '/api/meetings', { as: world.member })).status).toBe(200);
  });

  it('comes after 30 days, and after 14 without a request', async () => {
    const idle = await signInBrowser(world, world.foreigner);
    const busy = await signInBrowser(world, world.foreigner);
    try {
      for (const days of [13, 26]) {
        ahead = days * DAY_MS;
        expect(await isIn(busy)).toBe(true);
      }
      expect(await isIn(idle)).toBe(false);
      ahead = 30 * DAY_MS + 1000;
      expect(await isIn(busy)).toBe(false);
    } finally {
      ahead = 0;
    }
  });

  it('of all others comes with a new password, for which the current one is needed', async () => {
    const [here, there] = [
      await signInBrowser(world, world.foreigner),
      await signInBrowser(world, world.foreigner),
    ];
    const next = 'another good password';
    const wrong = { current: 'not the password', password: next };
    expect(await here.send('POST', '/api/auth/password', wrong)).toMatchObject({
      status: 403,
      body: { code: 'password.current_wrong' },
    });
    const short = { current: PASSWORD, password: 'short' };
    expect((await here.send('POST', '/api/auth/password', short)).status).toBe(400);
    expect(await isIn(there)).toBe(true);
    const change = { current: PASSWORD, password: next };
    expect((await here.send('POST', '/api/auth/password', change)).status).toBe(200);
    expect([await isIn(here), await isIn(there)]).toEqual([true, false]);
    await signInBrowser(world, world.foreigner, next);
    await expect(signInBrowser(world, world.foreigner)).rejects.toThrow('401');
  });

  it('keys and passwords are nowhere in the database', async () => {
    const browser = await signInBrowser(world, world.admin);
    const { rows } = await world.db.query(
      `select row_to_json(s)::text as kept from sessions s union all
       select row_to_json(u)::text from users u union all select row_to_json(a)::text from audit_log a`,
    );
    const kept = JSON.stringify(rows);
    expect(kept).toContain('sign_in.ok');
    const key = browser.cookie?.split('=')[1] ?? 'none';
    for (const secret of [key, browser.csrf ?? 'none', PASSWORD])
      expect(kept).not.toContain(secret);
    expect(kept).not.toContain(Buffer.from(key).toString('hex'));
  });
});
