/** What people do in the run: they sign in, make tokens, link accounts both ways, sync, prove, and are told by webhook. */
import { tokenOf } from '../../simulator/world.ts';
import { runHere } from '../harness/in-process.ts';
import type { Stage } from './full-run.ts';
import type { Heard } from './hearing.ts';

export interface Session {
  /** Headers of a browser that is signed in. */
  browser: Readonly<Record<string, string>>;
  /** Headers of a script. */
  script: Readonly<Record<string, string>>;
  password: string;
}

export const EMAIL = 'first@example.com';

/** The first admin by the link in the log; then by password; then a script's token. */
export async function signIn({ server, hearing, secret }: Stage): Promise<Session> {
  const password = secret('password', 'a pass+word/with&all=of it');
  await server.says('Nobody can sign in yet');
  const line = server.lines().find(({ msg }) => msg.startsWith('Nobody can sign in yet'));
  const key = String(line?.['link']).split('#key=')[1];
  const handsOut = (heard: Heard): string => keyIn(heard);
  const registered = await hearing.ask('/api/auth/register', {
    method: 'POST',
    json: { email: EMAIL, password, key },
    handsOut,
  });
  secret('key of the first session', keyIn(registered));
  const login = await hearing.ask('/api/auth/login', {
    method: 'POST',
    json: { email: EMAIL, password },
    handsOut,
  });
  const cookie = secret('key of a session', keyIn(login));
  const browser = {
    cookie: `session=${cookie}`,
    'x-csrf-token': String(login.body['csrf_token']),
  };
  const { body } = await hearing.ask('/api/tokens', {
    method: 'POST',
    headers: browser,
    json: { name: 'script' },
    handsOut: (heard) => String(heard.body['token']),
  });
  const token = secret('bearer token', String(body['token']));
  secret('signature of the bearer token', token.split('.')[2] ?? '');
  return { browser, script: { authorization: `Bearer ${token}` }, password };
}

/** The key in `Set-Cookie`. */
function keyIn({ status, headers }: Heard): string {
  const [, key] = /^session=([\w-]{43});/.exec(headers.get('set-cookie') ?? '') ?? [];
  if (key === undefined) throw new Error(`There was no session, but ${status}`);
  return key;
}

/** By token and by OAuth, until each has synced and delivered; then the OAuth token is renewed. */
export async function connectAccounts(stage: Stage, { script }: Session): Promise<void> {
  const { hearing, simulator, server, secret, relay } = stage;
  const post = (path: string, json?: unknown): Promise<Heard> =>
    hearing.ask(path, { method: 'POST', headers: script, ...(json === undefined ? {} : { json }) });
  const token = secret('token that is linked', tokenOf(simulator.world, 'member'));
  expectStatus(await post('/api/connections', { token }), 201);
  simulator.grants.signsInAs = 'second-member';
  const { body } = await hearing.ask('/api/calendly/oauth/start', { headers: script });
  const consent = await fetch(String(body['url']), { redirect: 'manual' });
  const back = new URL(consent.headers.get('location') ?? '');
  const path = `${back.pathname}${back.search}`;
  expectStatus(await hearing.ask(path, { headers: script }), 201);
  expectStatus(await post('/api/calendly/sync'), 200);
  for (const record of simulator.world.tokens.values()) {
    if (record.expiresAt !== undefined) record.expiresAt = 0;
  }
  expectStatus(await post('/api/calendly/sync'), 200);
  if (relay.seen.filter(({ name }) => name === 'access_token').length < 2) {
    throw new Error('The OAuth token was not renewed');
  }
  simulator.moves.book({ host: 'host', invitee: { name: 'Eve Adler', email: 'eve@example.org' } });
  await server.says('[Webhook] invitee.created');
  for (const what of ['connections', 'tokens', 'audit', 'runs', 'deliveries', 'drift', 'members']) {
    expectStatus(await hearing.ask(`/api/${what}`, { headers: script }), 200);
  }
  expectStatus(await post('/api/drift/verify'), 200);
  expectStatus(await hearing.ask('/api/calendly/test-connection', { headers: script }), 200);
}

/** Links that are shown once: an invitation, a new password, a calendar; the last is read, too. */
export async function makeLinks({ hearing, secret }: Stage, { script }: Session): Promise<void> {
  const post = { method: 'POST', headers: script };
  const invited = { ...post, json: { email: 'invited@example.com' } };
  const added = { ...post, json: { email: 'added@example.com' } };
  for (const [path, request, name] of [
    ['/api/invitations', invited, 'link'],
    ['/api/members', added, 'link'],
    ['/api/calendar-feed', post, 'url'],
  ] as const) {
    const keyOf = ({ body }: Heard): string => /[\w-]{43}/.exec(String(body[name]))?.[0] ?? '';
    const heard = await hearing.ask(path, { ...request, handsOut: keyOf });
    expectStatus(heard, 201);
    const key = secret(`key of ${path}`, keyOf(heard));
    if (name === 'url') expectStatus(await hearing.ask(`/ics/${key}.ics`), 200);
    await hearing.ask(`/api/auth/register?key=${key}`, { method: 'POST' });
  }
}

/** Commands inside the running server. */
export async function askCommands({ env, said, secret }: Stage): Promise<void> {
  const { stdout: token } = await runHere(['user', 'token'], { env });
  secret('bearer token of a command', token.trim());
  for (const argv of [['doctor'], ['webhooks', 'list'], ['user', 'list'], ['rotate-keys']]) {
    const { stdout, stderr } = await runHere([...argv, '--json'], { env });
    said(stdout + stderr);
  }
}

export async function metricsOf({ server, env }: Stage): Promise<string> {
  const headers = { authorization: `Bearer ${env['METRICS_TOKEN']}` };
  const response = await fetch(`${server.url}/metrics`, { headers });
  if (response.status !== 200) throw new Error(`The metrics answered ${response.status}`);
  return response.text();
}

export function expectStatus({ status, body }: Heard, wanted: number): void {
  if (status !== wanted) throw new Error(`${status} instead of ${wanted}: ${JSON.stringify(body)}`);
}
