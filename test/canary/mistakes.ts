/** What goes wrong in the run: secrets in the wrong place, wrong ones in the right place, and Calendly's refusals. */
import { tokenOf } from '../../simulator/world.ts';
import { goodClaims, signHmac } from '../harness/token-host.ts';
import { EMAIL, expectStatus, type Session } from './acts.ts';
import type { Stage } from './full-run.ts';

/** Each is refused, and says and logs so. */
export async function makeMistakes(stage: Stage, session: Session): Promise<void> {
  await misplaceSecrets(stage, session);
  await guess(stage, session);
  await loseCalendly(stage, session);
}

async function misplaceSecrets({ hearing, env }: Stage, session: Session): Promise<void> {
  const { script, password } = session;
  const token = script['authorization']?.slice('Bearer '.length) ?? '';
  const key = session.browser['cookie']?.slice('session='.length) ?? '';
  for (const path of [
    `/api/meetings?access_token=${token}`,
    `/api/meetings/${token}`,
    `/api/${encodeURIComponent(password)}`,
    `/api/clients?q=x&cursor=${key}`,
  ]) {
    await hearing.ask(path, { headers: script });
    await hearing.ask(path);
  }
  const basic = Buffer.from(`${EMAIL}:${password}`).toString('base64');
  await hearing.ask('/api/meetings', { headers: { authorization: `Basic ${basic}` } });
  for (const raw of [
    `{"email":"${EMAIL}","password":"${password}"`,
    `{"email":"${password}","password":"${password}"}`,
    `email=${EMAIL}&password=${encodeURIComponent(password)}`,
    `{"email":"${EMAIL}","password":{"is":"${password}"}}`,
  ]) {
    const headers = { 'content-type': 'application/json' };
    await hearing.ask('/api/auth/login', { method: 'POST', headers, raw });
  }
  const hook = env['CALENDLY_WEBHOOK_SIGNING_KEY'] ?? '';
  for (const signature of [hook, `t=1,v1=${hook}`]) {
    const headers = { 'calendly-webhook-signature': signature };
    await hearing.ask('/api/calendly/webhook', { method: 'POST', headers, raw: '{}' });
  }
}

async function guess(stage: Stage, { browser, script, password }: Session): Promise<void> {
  const { hearing, env, secret, simulator } = stage;
  const post = { method: 'POST', headers: script };
  const wrong = { email: EMAIL, password: `${password} not` };
  expectStatus(await hearing.ask('/api/auth/login', { method: 'POST', json: wrong }), 401);
  const other = { email: 'nobody@example.com', password };
  expectStatus(await hearing.ask('/api/auth/login', { method: 'POST', json: other }), 401);
  const change = { current: `${password} not`, password };
  expectStatus(await hearing.ask('/api/auth/password', { ...post, json: change }), 403);
  const noCsrf = { cookie: browser['cookie'] ?? '' };
  expectStatus(await hearing.ask('/api/tokens', { method: 'POST', headers: noCsrf }), 403);
  const bad = { authorization: `${script['authorization']}x` };
  expectStatus(await hearing.ask('/api/meetings', { headers: bad }), 401);
  const metrics = { authorization: `Bearer ${env['METRICS_TOKEN']}x` };
  expectStatus(await hearing.ask('/metrics', { headers: metrics }), 401);
  const host = signHmac(goodClaims(Date.now()), env['AUTH_HS256_SECRET'] ?? '');
  const asHost = { authorization: `Bearer ${secret("token of the host's", host)}` };
  expectStatus(await hearing.ask('/api/auth/me', { headers: asHost }), 200);
  const unknown = secret('token that Calendly refuses', 'a-token-that-calendly-never-gave');
  expectStatus(await hearing.ask('/api/connections', { ...post, json: { token: unknown } }), 400);
  const member = tokenOf(simulator.world, 'member');
  const odd = { token: member, scope: 'all' };
  expectStatus(await hearing.ask('/api/connections', { ...post, json: odd }), 400);
}

/** Calendly fails, then takes its tokens back: both kinds of connection say so. */
async function loseCalendly(
  { hearing, simulator, relay }: Stage,
  { script }: Session,
): Promise<void> {
  const post = { method: 'POST', headers: script };
  const body = { title: 'Down', message: 'Try later' };
  simulator.faults.add({ path: '/scheduled_events', times: 3, then: { status: 400, body } });
  await hearing.ask('/api/calendly/sync', post);
  simulator.faults.clear();
  for (const { name, value } of relay.seen) {
    if (name === 'refresh_token') simulator.grants.revoke(value);
  }
  for (const record of simulator.world.tokens.values()) record.revoked = true;
  await hearing.ask('/api/calendly/sync', post);
  const status = await hearing.ask('/api/calendly/status', { headers: script });
  const { connections } = status.body as { connections: { state: string }[] };
  if (connections.some(({ state }) => state !== 'needs_reauth')) {
    throw new Error(`All should be refused: ${JSON.stringify(connections)}`);
  }
}
