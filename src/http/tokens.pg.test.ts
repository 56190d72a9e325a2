/** Tokens for scripts, and the audit trail of a workspace. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { givePassword, openBrowser, PASSWORD, signInBrowser } from '../../test/harness/browser.ts';
import { call, readPages, startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';

let world: HttpWorld;
beforeAll(async () => {
  world = await startHttpWorld();
  await givePassword(world, world.admin);
});
afterAll(() => world.close());

interface Made {
  id: string;
  link: string;
  token: string;
}

async function actions(): Promise<string[]> {
  const { body } = await call(world, '/api/audit?limit=200');
  return (body as { data: { action: string }[] }).data.map(({ action }) => action);
}

describe('tokens and the audit trail', () => {
  it('a token is shown once, listed without its text, and revoked by its user or an admin', async () => {
    const as = world.member;
    const json = { days: 365, name: 'Nightly export' };
    const made = await call(world, '/api/tokens', { method: 'POST', as, json });
    const { id, token } = made.body as Made;
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ name: json.name })]);
    const bearer = { ...as, token };
    expect((await call(world, '/api/meetings', { as: bearer })).status).toBe(200);
    const list = JSON.stringify((await call(world, '/api/tokens', { as })).body);
    expect(list).toContain('Nightly export');
    expect(list).not.toContain(token.split('.')[2]);
    expect(list).not.toContain(world.admin.user.id);
    const own = await call(world, '/api/tokens');
    expect(JSON.stringify(own.body)).toContain(id);
    const remove = (who: HttpWorld['admin']): Promise<number> =>
      call(world, `/api/tokens/${id}`, { method: 'DELETE', as: who }).then(({ status }) => status);
    expect([await remove(world.foreigner), await remove(as), await remove(as)]).toEqual([
      404, 200, 404,
    ]);
    expect((await call(world, '/api/meetings', { as: bearer })).status).toBe(401);
    for (const days of [0, 366, 1.5, '90']) {
      const bad = await call(world, '/api/tokens', { method: 'POST', as, json: { days } });
      expect(bad.status).toBe(400);
    }
  });

  it('what was done is told to admins, newest first, page by page, without secrets', async () => {
    const post = async (path: string, json: object): Promise<Made> =>
      (await call(world, path, { method: 'POST', json })).body as Made;
    const member = await post('/api/members', { email: 'ada@example.com' });
    await post(`/api/members/${member.id}/reset`, {});
    await call(world, `/api/members/${member.id}`, { method: 'PATCH', json: { role: 'admin' } });
    await call(world, `/api/members/${member.id}`, { method: 'DELETE' });
    const first = await post('/api/invitations', { email: 'grace@example.com' });
    await call(world, `/api/invitations/${first.id}`, { method: 'DELETE' });
    const { link } = await post('/api/invitations', { email: 'grace@example.com' });
    const key = link.split('key=')[1];
    const person = { email: 'grace@example.com', password: PASSWORD, key };
    await openBrowser(world).send('POST', '/api/auth/register', person);
    await signInBrowser(world, world.admin);
    await expect(signInBrowser(world, world.admin, 'not it')).rejects.toThrow('401');
    expect((await actions()).slice(0, 3)).toEqual([
      'sign_in.refused',
      'sign_in.ok',
      'user.registered',
    ]);
    expect(new Set(await actions())).toEqual(
      new Set([
        ...['sign_in.ok', 'sign_in.refused', 'password.changed', 'password.link_made'],
        ...['user.registered', 'invitation.created', 'invitation.withdrawn', 'member.added'],
        ...['member.role_changed', 'member.removed', 'token.created', 'token.revoked'],
      ]),
    );
    const all = await readPages(world, '/api/audit?limit=5');
    expect(all.pages).toBeGreaterThan(2);
    expect(all.ids).toEqual([...new Set(all.ids)].sort().reverse());
    const text = JSON.stringify((await call(world, '/api/audit?limit=200')).body);
    for (const secret of [PASSWORD, 'key=', String(key)]) expect(text).not.toContain(secret);
    const foreign = await call(world, '/api/audit', { as: world.foreigner });
    expect(foreign.body).toMatchObject({ data: [] });
    expect((await readPages(world, '/api/members?limit=2')).ids.length).toBeGreaterThan(2);
  });
});
