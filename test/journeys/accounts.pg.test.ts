/** The first admin by the link in the log, and users by command, on the real program. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.ts';
import { type CalendlyProcess, startCalendly } from '../harness/calendly-process.ts';
import { freshDatabase, type FreshDatabase } from '../harness/database.ts';
import { runHere, type Said } from '../harness/in-process.ts';
import { endPrograms, type Env, makeFolder } from '../harness/program.ts';
import { type Serving, startServing } from '../harness/serving.ts';

const PASSWORD = 'a good long password';
const PERSON = { email: 'first@example.com', password: PASSWORD, name: 'First' };

let calendly: CalendlyProcess;
beforeAll(async () => {
  calendly = await startCalendly('firm');
});
afterAll(endPrograms);

function linkIn(server: Serving): string | undefined {
  const line = server.lines().find(({ msg }) => msg.startsWith('Nobody can sign in yet'));
  return line === undefined ? undefined : String(line['link']);
}

async function startOn(database: FreshDatabase, more: Env = {}): Promise<Serving> {
  const env = {
    DATABASE_URL: database.url ?? '',
    DATA_DIR: makeFolder(),
    CALENDLY_API_URL: calendly.url,
    JWT_SECRET: 'j'.repeat(40),
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    ...more,
  };
  const server = await startServing({ env });
  return server;
}

describe.each([
  ['with nothing but a database', {}],
  ['with a token in the environment', { CALENDLY_PERSONAL_ACCESS_TOKEN: 'token' }],
])('the first start %s', (_what, more) => {
  test('logs a link that makes the first admin, once', async () => {
    const database = await freshDatabase();
    const token = 'CALENDLY_PERSONAL_ACCESS_TOKEN' in more;
    const env = token ? { CALENDLY_PERSONAL_ACCESS_TOKEN: calendly.token } : {};
    try {
      const server = await startOn(database, env);
      const link = await seen(server);
      expect(link).toMatch(new RegExp(`^${server.url}/setup#key=[\\w-]{43}$`));
      const key = link.split('key=')[1];
      const browser = openBrowser(server);
      const registered = await browser.send('POST', '/api/auth/register', { ...PERSON, key });
      expect(registered).toMatchObject({
        status: 201,
        body: { role: 'admin', user: { email: PERSON.email, name: 'First' } },
      });
      expect((await browser.send('GET', '/api/calendly/status')).body).toMatchObject({
        configured: token,
      });
      const again = { ...PERSON, email: 'second@example.com', key };
      expect((await openBrowser(server).send('POST', '/api/auth/register', again)).status).toBe(
        403,
      );
      const members = (await browser.send('GET', '/api/members')).body as { data: unknown[] };
      expect(members.data).toHaveLength(1);
      await server.stop();
      const next = await startOn(database, env);
      expect(linkIn(next)).toBeUndefined();
      await next.stop();
    } finally {
      await database.drop();
    }
  });
});

async function seen(server: Serving): Promise<string> {
  await server.says('Nobody can sign in yet');
  return linkIn(server) ?? '';
}

describe('users by command', () => {
  let database: FreshDatabase;
  let env: Env;
  beforeAll(async () => {
    database = await freshDatabase();
    env = { DATABASE_URL: database.url ?? '', DATA_DIR: makeFolder() };
    return () => database.drop();
  });
  const run = (argv: string, stdin = ''): Promise<Said> => runHere(argv.split(' '), { env, stdin });

  test('are added with a password that signs in, given another, and removed; the last admin stays', async () => {
    await run('user add boss@example.com --admin --password-stdin', `${PASSWORD}\n`);
    await run('user add staff@example.com --password-stdin', `${PASSWORD}\n`);
    const server = await startServing({ env });
    try {
      expect(linkIn(server)).toBeUndefined();
      const browser = openBrowser(server);
      const login = async (email: string, password: string): Promise<number> =>
        (await browser.send('POST', '/api/auth/login', { email, password })).status;
      expect(await login('staff@example.com', PASSWORD)).toBe(200);
      const next = 'an even better password';
      expect(await run('user password STAFF@example.com --password-stdin', next)).toEqual({
        code: 0,
        stdout: 'staff@example.com has a new password; all its sessions have ended\n',
        stderr: '',
      });
      expect((await browser.send('GET', '/api/auth/me')).status).toBe(401);
      expect(await login('staff@example.com', PASSWORD)).toBe(401);
      expect(await login('staff@example.com', next)).toBe(200);
      expect(await run('user password staff@example.com --password-stdin', 'short')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('at least 8 characters'),
      });
      expect((await run('user password staff@example.com', next)).code).toBe(2);
      expect(await run('user remove boss@example.com')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('last admin'),
      });
      expect((await run('user remove staff@example.com')).stdout).toBe(
        'Removed staff@example.com; 0 connections ended\n',
      );
      expect((await browser.send('GET', '/api/auth/me')).status).toBe(401);
      expect(await login('staff@example.com', next)).toBe(401);
      expect((await run('user remove staff@example.com')).code).toBe(1);
      expect((await run('user list')).stdout).not.toContain('staff');
      expect(server.stdout() + server.stderr()).not.toContain('example.com');
    } finally {
      await server.stop();
    }
  });
});
