/** "Connect with Calendly": states that are good once, chains of tokens that are never lost, and their end. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CLIENT } from '../../simulator/oauth/grants.ts';
import { type AskOptions, type Person, type Reply, startStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({
    env: { CALENDLY_CLIENT_ID: CLIENT.id, CALENDLY_CLIENT_SECRET: CLIENT.secret },
  });
});
afterAll(() => stage.close());
beforeEach(() => {
  stage.simulator.grants.signsInAs = 'member';
  stage.simulator.faults.clear();
});

/** From the start to the address that Calendly sends the browser back to. */
async function consent(as: Person, query = ''): Promise<string> {
  const { body } = await stage.ask(`/api/calendly/oauth/start${query}`, { as });
  const { url } = body as { url: string };
  const { status, headers } = await fetch(url, { redirect: 'manual' });
  expect(status).toBe(302);
  return pathOf(headers.get('location') ?? '');
}

const pathOf = (url: string): string => new URL(url).pathname + new URL(url).search;
const get = (path: string, options: AskOptions): Promise<Reply> => stage.ask(path, options);
const connections = () =>
  stage.rows('select id, kind, state, error_code from calendly_connections order by created_at');

describe('connecting', () => {
  test('goes to Calendly with PKCE and comes back as a connection that syncs by itself', async () => {
    const { body } = await get('/api/calendly/oauth/start', { as: stage.member });
    const asked = new URL((body as { url: string }).url);
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      client_id: CLIENT.id,
      response_type: 'code',
      redirect_uri: `${stage.url}/api/calendly/oauth/callback`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    const back = await consent(stage.member);
    const { status, body: made } = await get(back, { as: stage.member });
    expect([status, made]).toMatchObject([
      201,
      {
        kind: 'oauth',
        state: 'active',
        user_id: stage.member.user.id,
        calendly_user_uri: stage.uriOf('member'),
      },
    ]);
    await stage.idle();
    expect(await stage.rows('select trigger, state from sync_runs')).toEqual([
      { trigger: 'connect', state: 'done' },
    ]);
    expect((await get('/api/connections', { as: stage.member })).body).toMatchObject({
      data: [
        { method: 'polling', webhook_note: expect.stringContaining('CALENDLY_CLIENT_SIGNING_KEY') },
      ],
    });
  });

  test('a state is good once, for its user, and every other is the same refusal', async () => {
    const back = await consent(stage.member);
    const texts = new Set<string>();
    const refuse = async (path: string, as: Person): Promise<void> => {
      const { status, body, text } = await get(path, { as });
      expect([status, body]).toMatchObject([
        400,
        { code: 'oauth.state_unknown', errors: [{ field: 'state' }] },
      ]);
      texts.add(text.replace(/"request_id":"[^"]+"/, ''));
    };
    await refuse(back, stage.admin);
    await refuse(back, stage.foreigner);
    await refuse(back.replace(/state=[\w-]+/, 'state=made-up'), stage.member);
    expect((await get(back, { as: stage.member })).status).toBe(200);
    await refuse(back, stage.member);
    const late = await consent(stage.member);
    await stage.rows(`update oauth_states set expires_at = created_at where used_at is null`);
    await refuse(late, stage.member);
    expect(texts.size).toBe(1);
    await stage.idle();
  });

  test('a no at Calendly, a strange code and a broken answer make no connection', async () => {
    stage.simulator.grants.signsInAs = null;
    const denied = await consent(stage.admin);
    expect((await get(denied, { as: stage.admin })).body).toMatchObject({ code: 'oauth.denied' });
    stage.simulator.grants.signsInAs = 'host';
    const strange = (await consent(stage.admin)).replace(/code=[\w-]+/, 'code=strange');
    expect((await get(strange, { as: stage.admin })).body).toMatchObject({
      code: 'oauth.code_refused',
    });
    stage.simulator.faults.add({
      path: '/oauth/token',
      then: { status: 200, body: { access_token: 7 } },
    });
    expect((await get(await consent(stage.admin), { as: stage.admin })).status).toBe(502);
    expect(await connections()).toHaveLength(1);
  });

  test('without anybody signed in the browser is sent here once more, and then refused', async () => {
    const back = await consent(stage.member);
    const first = await fetch(`${stage.url}${back}`);
    const page = await first.text();
    expect([first.status, first.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(page).toMatch(
      /http-equiv="refresh" content="0;url=\/api\/calendly\/oauth\/callback\?[^"<>]+&amp;again=1"/,
    );
    expect((await fetch(`${stage.url}${back}&again=1`)).status).toBe(401);
    expect((await get(back, { as: stage.member })).status).toBe(200);
    await stage.idle();
  });

  test('neither codes, states, verifiers nor tokens are in the log, the answers or, unsealed, in the database', async () => {
    const secrets = [...stage.simulator.world.tokens.keys()].filter((token) =>
      token.startsWith('simulated-access'),
    );
    secrets.push(CLIENT.secret);
    expect(secrets.length).toBeGreaterThan(1);
    const tables = await stage.rows(
      `select (select json_agg(c)::text from calendly_connections c) as a, (select json_agg(s)::text from oauth_states s) as b`,
    );
    const places = [
      JSON.stringify(stage.lines),
      JSON.stringify(tables),
      (await get('/api/connections', { as: stage.member })).text,
    ];
    for (const place of places) for (const secret of secrets) expect(place).not.toContain(secret);
    expect(JSON.stringify(tables)).not.toContain('simulated-refresh');
  });
});

describe('an access token', () => {
  const expire = () =>
    stage.rows(
      `update calendly_connections set access_expires_at = created_at where kind = 'oauth'`,
    );
  const asked = (): number => stage.simulator.counts.get('POST /oauth/token') ?? 0;
  const sync = async (): Promise<unknown> => {
    const { body } = await get('/api/calendly/sync', { as: stage.member, method: 'POST' });
    return body;
  };

  beforeEach(async () => {
    const { id } = (await connections())[0] as { id: string };
    stage.core.clients.forget(id);
    await stage.rows(`update calendly_connections set token_requests = '{}'`);
    // the simulator counts by its own clock
    stage.simulator.world.clock = { now: () => Date.now() + 120_000 * (tick += 1) };
  });
  let tick = 0;

  test('is renewed before it ends, once for all who ask at the same time', async () => {
    await expire();
    const before = asked();
    expect(await sync()).toMatchObject({ success: true });
    expect(asked() - before).toBe(1);
    expect(await sync()).toMatchObject({ success: true });
    expect(asked() - before).toBe(1);
  });

  test('that Calendly refuses too early is renewed in the middle of the run', async () => {
    for (const record of stage.simulator.world.tokens.values()) {
      if (record.expiresAt !== undefined) record.revoked = true;
    }
    const before = asked();
    expect(await sync()).toMatchObject({ success: true, sync_result: { errors: 0 } });
    expect(asked() - before).toBe(1);
  });

  test('cannot be renewed more than eight times a minute: the run waits for another, and nothing is lost', async () => {
    await stage.rows(
      `update calendly_connections set token_requests = array_fill($1::timestamptz, array[8]) where kind = 'oauth'`,
      [await stage.core.db.clock()],
    );
    await expire();
    const before = asked();
    const { body } = await get('/api/calendly/test-connection', { as: stage.member });
    expect(body).toMatchObject({ code: 'calendly.token_limit' });
    expect(asked()).toBe(before);
    expect(await connections()).toMatchObject([{ state: 'active' }]);
  });

  test('whose chain has ended asks for a person, once, and keeps every row', async () => {
    await expire();
    const meetings = await stage.rows('select count(*)::int as n from meetings');
    stage.simulator.faults.add({
      path: '/oauth/token',
      then: { status: 400, body: { error: 'invalid_grant' } },
    });
    expect(await sync()).toMatchObject({
      code: 'sync.failed',
      detail: 'Calendly has ended the authorization',
    });
    expect(await connections()).toMatchObject([
      { state: 'needs_reauth', error_code: 'calendly.grant_ended' },
    ]);
    const before = asked();
    await sync();
    expect(asked()).toBe(before);
    expect(await stage.rows('select count(*)::int as n from meetings')).toEqual(meetings);
    expect((await get('/api/calendly/status', { as: stage.member })).body).toMatchObject({
      connected: false,
      connections: [{ error: { action: expect.stringContaining('Connect with Calendly again') } }],
    });
    stage.simulator.faults.clear();
    expect((await get(await consent(stage.member), { as: stage.member })).status).toBe(200);
    await stage.idle();
    expect(await connections()).toMatchObject([{ state: 'active', error_code: null }]);
  });
});

describe('unlinking', () => {
  test('revokes the chain at Calendly', async () => {
    stage.simulator.world.clock = { now: () => Date.now() };
    const { id } = (await connections())[0] as { id: string };
    const { status } = await get(`/api/connections/${id}`, { as: stage.member, method: 'DELETE' });
    expect(status).toBe(200);
    expect(stage.simulator.counts.get('POST /oauth/revoke')).toBeGreaterThan(0);
    const live = [...stage.simulator.world.tokens.values()].filter(
      ({ expiresAt, revoked }) => expiresAt !== undefined && !revoked,
    );
    const uri = stage.uriOf('member');
    expect(live.filter(({ user }) => user === uri).length).toBeLessThan(
      stage.simulator.grants.granted.get(uri) ?? 0,
    );
    expect(
      await stage.rows('select token_sealed, refresh_sealed from calendly_connections'),
    ).toEqual([{ token_sealed: null, refresh_sealed: null }]);
  });
});
