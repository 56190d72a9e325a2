/** The simulated OAuth server: codes and refresh tokens are good once, eight tokens a minute. */
import { expect, test } from 'vitest';
import { challengeOf, CLIENT } from '../../simulator/oauth/grants.ts';
import { openStage, type Stage } from './stage.ts';

const BACK = 'http://localhost:1/back';
const VERIFIER = 'v'.repeat(43);
const BASIC = `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}`;

async function consent(stage: Stage, change: Record<string, string> = {}): Promise<URL> {
  const query = new URLSearchParams({
    client_id: CLIENT.id,
    response_type: 'code',
    redirect_uri: BACK,
    state: 'the-state',
    code_challenge: challengeOf(VERIFIER),
    code_challenge_method: 'S256',
    ...change,
  });
  const url = `${stage.simulator.url}/oauth/authorize?${query.toString()}`;
  const { status, headers } = await fetch(url, { redirect: 'manual' });
  expect(status).toBe(302);
  return new URL(headers.get('location') ?? '');
}

async function post(
  stage: Stage,
  action: string,
  form: Record<string, string>,
  authorization = BASIC,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${stage.simulator.url}/oauth/${action}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

const exchange = (stage: Stage, code: string | null, verifier = VERIFIER) =>
  post(stage, 'token', {
    grant_type: 'authorization_code',
    code: code ?? '',
    redirect_uri: BACK,
    code_verifier: verifier,
  });
const refresh = (stage: Stage, token: unknown) =>
  post(stage, 'token', { grant_type: 'refresh_token', refresh_token: String(token) });
const INVALID = { status: 400, body: { error: 'invalid_grant' } };

test('a code becomes a pair once, with the right verifier', async () => {
  const stage = await openStage('firm');
  const back = await consent(stage);
  expect(back.searchParams.get('state')).toBe('the-state');
  const code = back.searchParams.get('code');
  const { status, body } = await exchange(stage, code);
  expect([status, body]).toMatchObject([
    200,
    { token_type: 'Bearer', expires_in: 7200, access_token: expect.any(String) },
  ]);
  expect(await exchange(stage, code)).toMatchObject(INVALID);
  const other = (await consent(stage)).searchParams.get('code');
  expect(await exchange(stage, other, 'w'.repeat(43))).toMatchObject(INVALID);
});

test('a refresh token dies when it is used, and revoking ends the chain', async () => {
  const stage = await openStage('firm');
  const first = (await exchange(stage, (await consent(stage)).searchParams.get('code'))).body;
  const second = (await refresh(stage, first['refresh_token'])).body;
  expect(await refresh(stage, first['refresh_token'])).toMatchObject(INVALID);
  const introspect = () => post(stage, 'introspect', { token: String(second['access_token']) });
  expect((await introspect()).body).toMatchObject({ active: true, client_id: CLIENT.id });
  expect((await post(stage, 'revoke', { token: String(second['refresh_token']) })).status).toBe(
    200,
  );
  expect((await introspect()).body).toEqual({ active: false });
  expect(await refresh(stage, second['refresh_token'])).toMatchObject(INVALID);
});

test('with reuse allowed an old refresh token is good again', async () => {
  const stage = await openStage('firm');
  stage.simulator.grants.allowReuse = true;
  const first = (await exchange(stage, (await consent(stage)).searchParams.get('code'))).body;
  expect((await refresh(stage, first['refresh_token'])).status).toBe(200);
  expect((await refresh(stage, first['refresh_token'])).status).toBe(200);
});

test('an access token ends after two hours', async () => {
  const stage = await openStage('firm');
  const { body } = await exchange(stage, (await consent(stage)).searchParams.get('code'));
  const me = async (): Promise<number> => {
    const authorization = `Bearer ${String(body['access_token'])}`;
    const headers = { authorization, 'user-agent': 'test' };
    return (await fetch(`${stage.simulator.url}/users/me`, { headers })).status;
  };
  expect(await me()).toBe(200);
  stage.clock.pass(7_200_000);
  expect(await me()).toBe(401);
});

test('the ninth token of a user in a minute is refused', async () => {
  const stage = await openStage('firm');
  let pair = (await exchange(stage, (await consent(stage)).searchParams.get('code'))).body;
  for (let asked = 1; asked < 8; asked += 1)
    pair = (await refresh(stage, pair['refresh_token'])).body;
  expect((await refresh(stage, pair['refresh_token'])).status).toBe(429);
  stage.clock.pass(60_000);
  expect((await refresh(stage, pair['refresh_token'])).status).toBe(200);
});

test('a no, a strange client and a wrong secret are said as RFC 6749 says them', async () => {
  const stage = await openStage('firm');
  stage.simulator.grants.signsInAs = null;
  expect((await consent(stage)).searchParams.get('error')).toBe('access_denied');
  const strange = `Basic ${Buffer.from(`${CLIENT.id}:wrong`).toString('base64')}`;
  expect(await post(stage, 'token', {}, strange)).toMatchObject({
    status: 401,
    body: { error: 'invalid_client' },
  });
  const url = `${stage.simulator.url}/oauth/authorize?client_id=strange&redirect_uri=${BACK}`;
  expect((await fetch(url, { redirect: 'manual' })).status).toBe(400);
});
