/** "Connect with Calendly" from a browser: sent on, sent back, and bound to the session that began. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSession } from '../../src/accounts/sessions.ts';
import { CLIENT } from '../../simulator/oauth/grants.ts';
import { type Person, startStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({
    env: {
      CALENDLY_CLIENT_ID: CLIENT.id,
      CALENDLY_CLIENT_SECRET: CLIENT.secret,
      CALENDLY_CLIENT_SIGNING_KEY: 'the-key-of-the-app',
    },
  });
});
afterAll(() => stage.close());

/** A browser in which the person is signed in. */
async function browserOf({ user }: Person): Promise<(url: string) => Promise<Response>> {
  const { core } = stage;
  const { key } = await core.db.tx((tx) => startSession(tx, user, core.ids));
  return (url) => fetch(url, { redirect: 'manual', headers: { cookie: `session=${key}` } });
}

const locationOf = (response: Response): string => response.headers.get('location') ?? '';

/** To Calendly and back, as far as the address of the callback. */
async function consent(browse: (url: string) => Promise<Response>): Promise<string> {
  const sent = await browse(`${stage.url}/api/calendly/oauth/start`);
  expect(sent.status).toBe(302);
  expect(locationOf(sent)).toMatch(new RegExp(`^${stage.simulator.url}/oauth/authorize\\?`));
  return locationOf(await browse(locationOf(sent)));
}

describe('a browser', () => {
  test('goes to Calendly and comes back to the dashboard, over a page of ours', async () => {
    const browse = await browserOf(stage.member);
    const back = await consent(browse);
    // the cookie is SameSite=Strict: from Calendly's page the browser comes without it
    const first = await fetch(back, { redirect: 'manual' });
    expect(first.status).toBe(200);
    const target = /url=([^"]+)"/.exec(await first.text())?.[1]?.replaceAll('&amp;', '&') ?? '';
    const home = await browse(`${stage.url}${target}`);
    expect([home.status, locationOf(home)]).toEqual([
      302,
      expect.stringMatching(/^\/\?connected=[0-9a-f-]{36}$/),
    ]);
    await stage.idle();
    expect((await stage.ask('/api/connections', { as: stage.member })).body).toMatchObject({
      data: [{ kind: 'oauth', state: 'active', method: 'webhook', webhook_note: null }],
    });
  });

  test('that is refused sees a page that says so and what to do; a script sees a problem', async () => {
    const { core } = stage;
    const { key } = await core.db.tx((tx) => startSession(tx, stage.member.user, core.ids));
    const url = `${stage.url}/api/calendly/oauth/callback?state=<b>&error=access_denied`;
    const cookie = `session=${key}`;
    const page = await fetch(url, { headers: { cookie, accept: 'text/html,*/*;q=0.8' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([
      400,
      'text/html; charset=utf-8',
    ]);
    const text = await page.text();
    expect(text).toContain('Begin again with “Connect with Calendly”.');
    expect(text).not.toContain('<b>');
    const problem = await fetch(url, { headers: { cookie, accept: '*/*' } });
    expect(problem.status).toBe(400);
    expect(await problem.json()).toMatchObject({ code: 'oauth.state_unknown' });
  });

  test("of the same user with another session, or the user's script, cannot end it", async () => {
    const browse = await browserOf(stage.member);
    const back = await consent(browse);
    const other = await browserOf(stage.member);
    expect((await other(back)).status).toBe(400);
    const path = new URL(back).pathname + new URL(back).search;
    expect((await stage.ask(path, { as: stage.member })).status).toBe(400);
    expect((await browse(back)).status).toBe(302);
    await stage.idle();
  });

  test("may end what the user's script began", async () => {
    const { body } = await stage.ask('/api/calendly/oauth/start', { as: stage.member });
    const browse = await browserOf(stage.member);
    const back = locationOf(await browse((body as { url: string }).url));
    expect((await browse(back)).status).toBe(302);
    await stage.idle();
  });
});

test("deliveries of an OAuth app's subscription count with the app's key", async () => {
  const user = stage.uriOf('host');
  const [subscription] = [...stage.simulator.world.subscriptions.values()];
  expect(subscription?.wire.user).toBe(user);
  const [row] = await stage.rows('select id, key_sealed from webhook_subscriptions');
  expect(
    stage.core.secrets.keyring.open(
      String(row?.['key_sealed']),
      `webhook_subscriptions.key:${String(row?.['id'])}`,
    ),
  ).toBe('the-key-of-the-app');
});

test('without an app the routes say what to set', async () => {
  const bare = await startStage();
  try {
    const { status, body } = await bare.ask('/api/calendly/oauth/start');
    expect([status, body]).toMatchObject([
      409,
      { code: 'oauth.not_configured', action: expect.stringContaining('CALENDLY_CLIENT_ID') },
    ]);
  } finally {
    await bare.close();
  }
});
