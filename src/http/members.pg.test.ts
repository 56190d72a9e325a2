/** Members and invitations of a workspace. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { givePassword, openBrowser, PASSWORD } from '../../test/harness/browser.ts';
import { call, startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { newId } from '../domain/id.ts';

let world: HttpWorld;
const unlinked: string[] = [];
const unasked = async (): Promise<never> => {
  throw new Error('Nobody asked for this');
};

beforeAll(async () => {
  world = await startHttpWorld({
    deps: {
      connections: {
        connect: unasked,
        change: unasked,
        disconnect: async ({ id }) => {
          unlinked.push(id);
          return { subscriptions: { removed: 0, left: 0 }, purged: null };
        },
      },
    },
  });
  await givePassword(world, world.admin);
});
afterAll(() => world.close());

interface Made {
  id: string;
  link: string;
  token: string;
}

async function post(path: string, json: unknown): Promise<{ status: number; body: Made }> {
  const { status, body } = await call(world, path, { method: 'POST', json });
  return { status, body: body as Made };
}

function keyOf(link: string): string {
  return new URLSearchParams(new URL(link).hash.slice(1)).get('key') ?? '';
}

describe('an invitation', () => {
  it('lets the invited address register once, into this workspace, with the role given', async () => {
    const { status, body } = await post('/api/invitations', { email: 'Grace@example.com' });
    expect(status).toBe(201);
    expect(body.link).toMatch(new RegExp(`^${world.url}/register#key=[\\w-]{43}$`));
    expect(JSON.stringify((await call(world, '/api/invitations')).body)).not.toContain('link');
    const person = { email: 'grace@EXAMPLE.com', password: PASSWORD, name: 'Grace' };
    const key = keyOf(body.link);
    const register = (more: object): ReturnType<ReturnType<typeof openBrowser>['send']> =>
      openBrowser(world).send('POST', '/api/auth/register', { ...person, key, ...more });
    expect(await register({ email: 'eve@example.com' })).toMatchObject({
      status: 403,
      body: { code: 'invitation.other_address' },
    });
    expect((await register({ password: 'short' })).status).toBe(400);
    expect(await register({})).toMatchObject({
      status: 201,
      body: {
        user: { email: 'grace@EXAMPLE.com', name: 'Grace', role: 'member' },
        workspace: { id: world.admin.user.workspaceId },
      },
    });
    expect(await register({})).toMatchObject({ status: 403, body: { code: 'link.unfit' } });
    expect((await call(world, '/api/invitations')).body).toMatchObject({ data: [] });
    expect((await post('/api/invitations', { email: 'grace@example.com' })).status).toBe(409);
  });

  it('of ten who use it at once one registers', async () => {
    const { body } = await post('/api/invitations', { email: 'race@example.com', role: 'admin' });
    const tries = await Promise.all(
      Array.from({ length: 10 }, () =>
        openBrowser(world).send('POST', '/api/auth/register', {
          email: 'race@example.com',
          password: PASSWORD,
          key: keyOf(body.link),
        }),
      ),
    );
    expect(tries.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(tries.filter(({ status }) => status === 403)).toHaveLength(9);
  });

  it('that was taken back, replaced or belongs to another workspace is none', async () => {
    const first = await post('/api/invitations', { email: 'late@example.com' });
    const second = await post('/api/invitations', { email: 'LATE@example.com' });
    const remove = (as: HttpWorld['admin']): Promise<number> =>
      call(world, `/api/invitations/${second.body.id}`, { method: 'DELETE', as }).then(
        ({ status }) => status,
      );
    expect(await remove(world.foreigner)).toBe(404);
    expect([await remove(world.admin), await remove(world.admin)]).toEqual([200, 404]);
    for (const { body } of [first, second]) {
      const person = { email: 'late@example.com', password: PASSWORD, key: keyOf(body.link) };
      expect(await openBrowser(world).send('POST', '/api/auth/register', person)).toMatchObject({
        status: 403,
        body: { code: 'link.unfit' },
      });
    }
  });
});

describe('registering without a key', () => {
  const person = { email: 'own@example.com', password: PASSWORD, name: 'Own' };

  it('is refused, and where sign-up is open makes a workspace of its own', async () => {
    expect(await openBrowser(world).send('POST', '/api/auth/register', person)).toMatchObject({
      status: 403,
      body: { code: 'registration.closed' },
    });
    const open = await startHttpWorld({ settings: { openSignup: true } });
    try {
      const { status, body } = await openBrowser(open).send('POST', '/api/auth/register', person);
      expect([status, body['role']]).toEqual([201, 'admin']);
      const ids = [open.admin, open.foreigner].map(({ user }) => user.workspaceId);
      expect(ids).not.toContain((body['workspace'] as { id: string }).id);
      const again = await openBrowser(open).send('POST', '/api/auth/register', person);
      expect([again.status, again.body['code']]).toEqual([409, 'user.exists']);
    } finally {
      await open.close();
    }
  });
});

describe('a member', () => {
  it('is added by an admin, sets a password with the link, and is made admin', async () => {
    const { status, body } = await post('/api/members', { email: 'ada@example.com', name: 'Ada' });
    expect([status, body.link]).toEqual([201, expect.stringContaining('/password#key=')]);
    const browser = openBrowser(world);
    const set = { key: keyOf(body.link), password: PASSWORD };
    expect((await browser.send('POST', '/api/auth/password', set)).status).toBe(200);
    expect((await browser.send('POST', '/api/auth/password', set)).status).toBe(403);
    const login = { email: 'ada@example.com', password: PASSWORD };
    expect((await browser.send('POST', '/api/auth/login', login)).status).toBe(200);
    expect((await browser.send('GET', '/api/audit')).status).toBe(403);
    const path = `/api/members/${body.id}`;
    const change = { method: 'PATCH', json: { role: 'admin' } };
    expect(await call(world, path, change)).toMatchObject({ status: 200, body: { role: 'admin' } });
    expect((await browser.send('GET', '/api/audit')).status).toBe(200);
  });

  it('who lost the password gets a link of an admin; it ends the sessions', async () => {
    const { body } = await post('/api/members', { email: 'lost@example.com', password: PASSWORD });
    const browser = openBrowser(world);
    await browser.send('POST', '/api/auth/login', {
      email: 'lost@example.com',
      password: PASSWORD,
    });
    const links = [
      await post(`/api/members/${body.id}/reset`, {}),
      await post(`/api/members/${body.id}/reset`, {}),
    ];
    const statuses: number[] = [];
    for (const made of links) {
      const set = { key: keyOf(made.body.link), password: 'quite another one' };
      statuses.push((await openBrowser(world).send('POST', '/api/auth/password', set)).status);
    }
    expect(statuses).toEqual([403, 200]);
    expect((await browser.send('GET', '/api/auth/me')).status).toBe(401);
  });

  it('who is removed is out at once: sessions, tokens, links; connections end, and the address is free', async () => {
    const { body } = await post('/api/members', { email: 'gone@example.com', password: PASSWORD });
    const browser = openBrowser(world);
    await browser.send('POST', '/api/auth/login', {
      email: 'gone@example.com',
      password: PASSWORD,
    });
    const made = await browser.send('POST', '/api/tokens', { days: 1 });
    const token = String(made.body['token']);
    const { workspaceId } = world.admin.user;
    const connection = newId(world.ids);
    await world.db.query(
      `insert into calendly_connections (workspace_id, id, user_id, kind, created_at, updated_at)
       values ($1, $2, $3, 'token', $4, $4)`,
      [workspaceId, connection, body.id, await world.db.clock()],
    );
    const reset = await post(`/api/members/${body.id}/reset`, {});
    const path = `/api/members/${body.id}`;
    expect(await call(world, path, { method: 'DELETE' })).toMatchObject({
      status: 200,
      body: { disconnected: 1 },
    });
    expect(unlinked).toEqual([connection]);
    const { rows } = await world.db.query('select state from calendly_connections');
    expect(rows).toEqual([{ state: 'disconnected' }]);
    expect((await browser.send('GET', '/api/auth/me')).status).toBe(401);
    const bearer = { ...world.member, token };
    expect((await call(world, '/api/meetings', { as: bearer })).status).toBe(401);
    const set = { key: keyOf(reset.body.link), password: PASSWORD };
    expect((await openBrowser(world).send('POST', '/api/auth/password', set)).status).toBe(403);
    const login = { email: 'gone@example.com', password: PASSWORD };
    expect((await openBrowser(world).send('POST', '/api/auth/login', login)).status).toBe(401);
    expect((await call(world, path, { method: 'DELETE' })).status).toBe(404);
    expect((await post('/api/members', { email: 'gone@example.com' })).status).toBe(201);
  });

  it('of another workspace, an unknown and a malformed one are the same 404', async () => {
    const answers = await Promise.all(
      [world.foreigner.user.id, newId(world.ids), 'x'].map((id) =>
        call(world, `/api/members/${id}`, { method: 'PATCH', json: { role: 'admin' } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  it('who is the last admin stays admin and stays; of two that go at once one stays', async () => {
    const own = await startHttpWorld();
    try {
      const self = `/api/members/${own.admin.user.id}`;
      const demote = { method: 'PATCH', json: { role: 'member' } };
      for (const request of [demote, { method: 'DELETE' }]) {
        expect(await call(own, self, request)).toMatchObject({
          status: 409,
          body: { code: 'member.last_admin' },
        });
      }
      const other = `/api/members/${own.member.user.id}`;
      await call(own, other, { method: 'PATCH', json: { role: 'admin' } });
      const both = await Promise.all([
        call(own, self, demote),
        call(own, other, { ...demote, as: own.member }),
      ]);
      const { rows } = await own.db.query(`select id from users where role = 'admin'
        and workspace_id = '${own.admin.user.workspaceId}'`);
      expect(rows).toHaveLength(1);
      expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    } finally {
      await own.close();
    }
  });

  it('may do none of what admins do', async () => {
    const as = world.member;
    const tries: [string, string, object | undefined][] = [
      ['POST', '/api/members', { email: 'x@example.com' }],
      ['PATCH', `/api/members/${as.user.id}`, { role: 'admin' }],
      ['POST', `/api/members/${world.admin.user.id}/reset`, {}],
      ['DELETE', `/api/members/${world.admin.user.id}`, undefined],
      ['GET', '/api/invitations', undefined],
      ['POST', '/api/invitations', { email: 'x@example.com', role: 'admin' }],
      ['DELETE', `/api/invitations/${as.user.id}`, undefined],
      ['GET', '/api/audit', undefined],
    ];
    for (const [method, path, json] of tries) {
      const { status } = await call(world, path, { method, as, json });
      expect([method, path, status]).toEqual([method, path, 403]);
    }
    expect((await call(world, '/api/members', { as })).status).toBe(200);
  });
});
