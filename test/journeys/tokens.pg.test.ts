/** An operator changes the environment's token: replaced, second connection, paused, back again; rows stay. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type CalendlyProcess, startCalendly } from '../harness/calendly-process.ts';
import { freshDatabase, type FreshDatabase } from '../harness/database.ts';
import { runHere, type Said } from '../harness/in-process.ts';
import { endPrograms, type Env, makeFolder } from '../harness/program.ts';

let calendly: CalendlyProcess;
let fresh: FreshDatabase;
let env: Env;
/** Of the firm's people by their keys in the story. */
let hostToken: string;
let otherToken: string;

beforeAll(async () => {
  calendly = await startCalendly('firm');
  hostToken = calendly.token;
  otherToken = await grantToken('member');
});
beforeEach(async () => {
  fresh = await freshDatabase();
  env = {
    DATABASE_URL: fresh.url ?? '',
    DATA_DIR: makeFolder(),
    CALENDLY_API_URL: calendly.url,
    SYNC_FUTURE_DAYS: '30',
    SYNC_PAST_DAYS: '30',
    // the whole limit: many syncs in a row must not wait for the next minute
    SYNC_RATE_SHARE: '1',
  };
  return async () => {
    await calendly.clearFaults();
    await fresh.drop();
  };
});
afterAll(endPrograms);

async function grantToken(user: string): Promise<string> {
  const { token } = (await calendly.move('grantToken', { user })) as { token: string };
  return token;
}

/** A start with this token in the environment; null: with none. */
function start(token: string | null, more: Env = {}, command = 'sync --json'): Promise<Said> {
  const given: Env = token === null ? {} : { CALENDLY_PERSONAL_ACCESS_TOKEN: token };
  return runHere(command.split(' '), { env: { ...env, ...given, ...more } });
}

interface Row {
  id: string;
  email: string | null;
  state: string;
  scope: string;
}

async function connections(): Promise<Row[]> {
  const { rows } = await fresh.db.query<Row>(
    `select id, email, state, scope from calendly_connections order by created_at, id`,
  );
  return rows;
}

async function meetings(): Promise<number> {
  const { rows } = await fresh.db.query<{ n: number }>('select count(*) as n from meetings');
  return rows[0]?.n ?? -1;
}

const states = async (): Promise<string[]> => (await connections()).map(({ state }) => state);

test('another token of the same Calendly user replaces the first', async () => {
  await start(hostToken);
  const [before] = await connections();
  const rows = await meetings();
  const next = await grantToken('host');
  expect(await start(next)).toMatchObject({ code: 0, stderr: '' });
  expect(await connections()).toEqual([before]);
  expect(before).toMatchObject({ state: 'active', email: 'nadia@northfield.example' });
  expect(await meetings()).toBe(rows);
});

test('a token of another user makes a second connection and pauses the first; its rows stay', async () => {
  await start(hostToken);
  const rows = await meetings();
  const { code, stdout } = await start(otherToken);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).runs).toHaveLength(1);
  expect(await connections()).toMatchObject([
    { email: 'nadia@northfield.example', state: 'paused' },
    { email: 'carla@northfield.example', state: 'active' },
  ]);
  expect(await meetings()).toBeGreaterThanOrEqual(rows);
  await start(hostToken);
  expect(await states()).toEqual(['active', 'paused']);
});

test('a token that is removed pauses its connection, and put back it goes on', async () => {
  await start(hostToken);
  const rows = await meetings();
  const without = await start(null);
  expect(without).toMatchObject({ code: 1, stdout: '' });
  expect(without.stderr).toContain('No Calendly account is connected');
  expect(await states()).toEqual(['paused']);
  expect(await meetings()).toBe(rows);
  expect(await start(hostToken)).toMatchObject({ code: 0 });
  expect(await states()).toEqual(['active']);
});

test('another scope of the same token widens what is read; narrowed again, the rows stay', async () => {
  await start(hostToken);
  const own = await meetings();
  expect(await start(hostToken, { CALENDLY_SCOPE: 'organization' })).toMatchObject({ code: 0 });
  const all = await meetings();
  expect(all).toBeGreaterThan(own);
  expect(await connections()).toMatchObject([{ scope: 'organization', state: 'active' }]);
  expect(await start(hostToken, { CALENDLY_SCOPE: 'user' })).toMatchObject({ code: 0 });
  expect(await connections()).toMatchObject([{ scope: 'user', state: 'active' }]);
  expect(await meetings()).toBe(all);
});

test('with Calendly down a first token waits for it, and the next sync makes it whole', async () => {
  await calendly.addFault({ path: '/', then: { status: 503 } });
  const down = await start(hostToken, {}, 'user list --json');
  expect(down.code).toBe(0);
  expect(await connections()).toMatchObject([{ state: 'active', email: null }]);
  await calendly.clearFaults();
  expect(await start(hostToken)).toMatchObject({ code: 0 });
  expect(await connections()).toMatchObject([{ email: 'nadia@northfield.example' }]);
  const { rows } = await fresh.db.query('select email from users');
  expect(rows).toEqual([{ email: 'nadia@northfield.example' }]);
});

test('with Calendly down a changed token is not taken for another user: one connection in the end', async () => {
  await start(hostToken);
  const [before] = await connections();
  const next = await grantToken('host');
  await calendly.addFault({ path: '/', then: { status: 401 } });
  expect((await start(next, {}, 'user list --json')).code).toBe(0);
  await calendly.clearFaults();
  // the run that learns whose it is moves the token to the account's first connection
  await start(next);
  expect(await start(next)).toMatchObject({ code: 0 });
  expect(await connections()).toMatchObject([
    { id: before?.id, state: 'active' },
    { state: 'disconnected' },
  ]);
});

test('a token that Calendly refuses says so and keeps the rows', async () => {
  await start(hostToken);
  const rows = await meetings();
  const gone = await grantToken('host');
  await start(gone);
  await calendly.move('revokeToken', { token: gone });
  const { code, stdout } = await start(gone);
  expect(code).toBe(1);
  expect(JSON.parse(stdout).runs).toMatchObject([
    { state: 'failed', error: { class: 'auth', action: expect.any(String) } },
  ]);
  expect(await states()).toEqual(['needs_reauth']);
  expect(await meetings()).toBe(rows);
  expect(await start(hostToken)).toMatchObject({ code: 0 });
  expect(await states()).toEqual(['active']);
});
