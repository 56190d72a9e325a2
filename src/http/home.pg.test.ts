/** The status page: the demo shows its data, nobody else's is shown, and no text becomes HTML. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { givePassword, openBrowser, PASSWORD } from '../../test/harness/browser.ts';
import { startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { rowsOf } from '../../test/harness/mirror-rows.ts';
import { sendRaw } from '../../test/harness/raw-http.ts';
import type { Caller } from '../accounts/caller.ts';

const EVIL = `<script>alert("x")</script>&'`;
let demo: HttpWorld;
let caller: Caller | null = null;

beforeAll(async () => {
  demo = await startHttpWorld({ settings: { demo: true }, deps: { autoUser: async () => caller } });
  const { workspaceId, id, role, email } = demo.admin.user;
  caller = { workspaceId, userId: id, role, email };
  const rows = rowsOf(demo.db, workspaceId, demo.ids);
  const meeting = await rows.meeting({ title: `Talk ${EVIL}`, start_time: '2090-01-01T10:00:00Z' });
  await rows.invitee(meeting.uri, { name: `Bo ${EVIL}` });
});
afterAll(() => demo.close());

describe('the page at /', () => {
  it('shows the demo and what comes next, escaped', async () => {
    const response = await fetch(demo.url);
    const page = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page).toContain('<strong>Demo.</strong>');
    expect(page).toContain('2090-01-01 10:00');
    expect(page).toContain('Talk &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;');
    expect(page).toContain('Bo &lt;script&gt;');
    expect(page).not.toMatch(/<script(?! src="\/pages\.js" defer>)/);
    expect(page).not.toMatch(/ (style|on\w+)=/);
  });

  it('has its stylesheet at an address of its own', async () => {
    const response = await fetch(`${demo.url}/style.css`);
    expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(await response.text()).toContain('prefers-color-scheme: dark');
  });

  it('answers in the demo to names of this machine only', async () => {
    const ask = (host: string): Promise<number> =>
      sendRaw(demo.port, { path: '/', headers: [['host', host]] }).then((answer) => answer.status);
    for (const host of ['localhost', 'LOCALHOST:8787', '127.0.0.1:1', '[::1]:8787']) {
      expect([host, await ask(host)]).toEqual([host, 200]);
    }
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '10.0.0.1',
      'localhost:x',
    ]) {
      expect([host, await ask(host)]).toEqual([host, 421]);
    }
  });

  it('shows no data outside the demo, even if somebody could be signed in', async () => {
    const world = await startHttpWorld({ deps: { autoUser: async () => caller } });
    const response = await fetch(world.url);
    expect(response.headers.has('set-cookie')).toBe(false);
    const page = await response.text();
    expect(page).toContain('user token');
    expect(page).not.toContain('Meetings');
    expect(page).not.toContain('Demo');
    await world.close();
  });

  it('signs the demo’s browser in by itself, once', async () => {
    const set = (await fetch(demo.url)).headers.get('set-cookie') ?? '';
    const cookie = set.split(';')[0] ?? '';
    const me = await fetch(`${demo.url}/api/auth/me`, { headers: { cookie } });
    expect(await me.json()).toMatchObject({ role: 'admin', insecure: false });
    expect((await fetch(demo.url, { headers: { cookie } })).headers.has('set-cookie')).toBe(false);
  });

  it('does not sign a script in: the API wants a token in the demo too', async () => {
    expect((await fetch(`${demo.url}/api/meetings`)).status).toBe(401);
  });
});

describe('the pages by which people get in', () => {
  it.each(['login', 'setup', 'register', 'password'])('/%s is a form of its own', async (page) => {
    const response = await fetch(`${demo.url}/${page}`);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    const text = await response.text();
    expect(text).toContain(`<form data-page="${page}">`);
    expect(text).not.toMatch(/<script>| (style|on\w+)=/);
  });

  it('have one script, which takes the key out of the address', async () => {
    const response = await fetch(`${demo.url}/pages.js`);
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await response.text()).toContain('history.replaceState');
  });
});

describe('the page at / for who is signed in', () => {
  it('shows his workspace, and a way to link Calendly and to sign out', async () => {
    const world = await startHttpWorld({ settings: { oauthApp: true } });
    try {
      await givePassword(world, world.admin);
      const browser = openBrowser(world);
      const { email } = world.admin.user;
      await browser.send('POST', '/api/auth/login', { email, password: PASSWORD });
      const headers = { cookie: browser.cookie ?? '' };
      const page = await (await fetch(world.url, { headers })).text();
      expect(page).toContain('data-action="connect"');
      expect(page).toContain('/api/calendly/oauth/start');
      expect(page).toContain('data-action="sign-out"');
      expect(await (await fetch(world.url)).text()).toContain('href="/login"');
    } finally {
      await world.close();
    }
  });
});
