/** An operator with a PostgreSQL server and a Calendly elsewhere: every command, several servers, production. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CalendlyProcess, startCalendly } from '../harness/calendly-process.ts';
import { freshDatabase, type FreshDatabase } from '../harness/database.ts';
import { endPrograms, type Env, makeFolder, runProgram } from '../harness/program.ts';
import { runHere, type Said } from '../harness/in-process.ts';
import { getJson, type Serving, startServing } from '../harness/serving.ts';

/** Never within a test: what runs, runs because a test said so, or because a server started. */
const YEARLY = '0 0 1 1 *';

let calendly: CalendlyProcess;
const databases: FreshDatabase[] = [];
beforeAll(async () => {
  calendly = await startCalendly('firm');
});
afterAll(async () => {
  await endPrograms();
  await Promise.all(databases.map((database) => database.drop()));
});

async function emptyDatabase(): Promise<{ db: FreshDatabase['db']; env: Env }> {
  const fresh = await freshDatabase('postgres', { migrated: false });
  databases.push(fresh);
  return {
    db: fresh.db,
    env: {
      DATABASE_URL: fresh.url ?? '',
      DATA_DIR: makeFolder(),
      CALENDLY_API_URL: calendly.url,
      CALENDLY_PERSONAL_ACCESS_TOKEN: calendly.token,
      SYNC_SCHEDULE: YEARLY,
    },
  };
}

async function count(db: FreshDatabase['db'], from: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(`select count(*) as n from ${from}`);
  return rows[0]?.n ?? -1;
}

describe('the commands on an empty database', () => {
  let db: FreshDatabase['db'];
  let env: Env;
  beforeAll(async () => {
    ({ db, env } = await emptyDatabase());
  });
  const run = (argv: string, stdin = ''): Promise<Said> => runHere(argv.split(' '), { env, stdin });
  const read = async (argv: string): Promise<{ code: number; answer: unknown }> => {
    const { code, stdout, stderr } = await run(`${argv} --json`);
    expect(stderr).toBe('');
    return { code, answer: JSON.parse(stdout) };
  };

  test('migrate tells, tries and applies what is pending', async () => {
    const before = (await read('migrate --status')).answer as { applied: []; pending: string[] };
    expect(before.applied).toEqual([]);
    expect(before.pending).toContain('001_workspaces_and_users.sql');
    expect((await read('migrate --dry-run')).answer).toEqual({ would_apply: before.pending });
    expect((await read('migrate --status')).answer).toEqual(before);
    expect((await read('migrate')).answer).toEqual({ applied: before.pending });
    expect((await run('migrate')).stdout).toBe('Nothing to apply\n');
  });

  test('sync makes every row, and again none', async () => {
    const first = await runProgram(['sync', '--json'], { env });
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const { runs } = JSON.parse(first.stdout) as { runs: Record<string, unknown>[] };
    expect(runs).toEqual([
      {
        id: expect.any(String),
        connection_id: expect.any(String),
        state: 'done',
        created: await count(db, 'meetings'),
        updated: 0,
        canceled: 0,
        unchanged: 0,
        vanished: 0,
        requests: expect.any(Number),
        duration_ms: expect.any(Number),
        error: null,
      },
    ]);
    expect(runs[0]?.['created']).toBeGreaterThan(0);
    const second = (await read('sync')).answer as { runs: { unchanged: number }[] };
    expect(second).toMatchObject({
      runs: [{ state: 'done', created: 0, updated: 0, unchanged: expect.any(Number) }],
    });
    // the near meetings; what is older is listed in its turn
    expect(second.runs[0]?.unchanged).toBeGreaterThan(5);
  });

  test('verify proves it, and names what was changed behind our back', async () => {
    expect((await run('verify')).code).toBe(0);
    await db.query(
      `update meetings set title = 'Forged' where id = (select min(id::text) from meetings)::uuid`,
    );
    const { code, answer } = await read('verify');
    expect(code).toBe(1);
    expect(answer).toMatchObject({
      complete: true,
      missing: [],
      extra: [],
      different: [{ fields: ['title'] }],
    });
  });

  test('users are added, listed and given tokens', async () => {
    const add = 'user add colleague@example.com --admin --password-stdin';
    const secret = randomBytes(12).toString('hex');
    const added = await run(add, `${secret}\n`);
    expect(added).toMatchObject({ code: 0, stdout: 'Added colleague@example.com (admin)\n' });
    const again = await run(add, `${secret}\n`);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('exists already');
    expect(added.stderr + again.stderr).not.toContain(secret);
    const { users } = (await read('user list')).answer as { users: { email: string }[] };
    expect(users.map(({ email }) => email)).toEqual([
      expect.stringContaining('@northfield.example'),
      'colleague@example.com',
    ]);
    expect((await read('user token COLLEAGUE@example.com --days 7')).answer).toMatchObject({
      email: 'colleague@example.com',
      days: 7,
    });
    expect(await run('user token nobody@example.com')).toMatchObject({ code: 1, stdout: '' });
  });

  test('doctor finds everything in order, and says what to do where it is not', async () => {
    const healthy = await read('doctor');
    expect(healthy).toMatchObject({ code: 0, answer: { ok: true } });
    const token = { ...env, CALENDLY_PERSONAL_ACCESS_TOKEN: 'eyJ-refused-by-everybody' };
    const { code, stdout } = await runHere(['doctor'], { env: token });
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAULT {2}token: .+\n +→ .+/);
    expect(stdout).not.toContain('eyJ-refused');
  });
});

test('the tables lie in the schema that was asked for, and nothing in public', async () => {
  const { db, env } = await emptyDatabase();
  const { code } = await runHere(['sync'], { env: { ...env, DATABASE_SCHEMA: 'appointments' } });
  expect(code).toBe(0);
  expect(await count(db, 'appointments.meetings')).toBeGreaterThan(0);
  expect(await count(db, `pg_tables where schemaname = 'public'`)).toBe(0);
});

describe('three servers that start at the same time on one empty database', () => {
  let db: FreshDatabase['db'];
  let env: Env;
  let servers: Serving[];
  beforeAll(async () => {
    ({ db, env } = await emptyDatabase());
    servers = await Promise.all([1, 2, 3].map(() => startServing({ env })));
  }, 120_000);

  test('each migration is applied once, and there is one workspace, admin and connection', async () => {
    const applied = servers
      .flatMap((server) => server.lines())
      .filter(({ msg }) => msg === 'Applied a migration')
      .map(({ file }) => file);
    expect(new Set(applied).size).toBe(applied.length);
    expect(applied).toContain('001_workspaces_and_users.sql');
    for (const table of ['workspaces', 'users', 'calendly_connections']) {
      expect([table, await count(db, table)]).toEqual([table, 1]);
    }
  });

  test('their first runs read Calendly once', async () => {
    await Promise.all(servers.map((server) => server.says('⏰ Next sync')));
    expect(await count(db, 'sync_runs')).toBe(1);
    expect(await count(db, `sync_runs where state = 'done' and created > 0`)).toBe(1);
  });

  test('a token that one of them gave is good at every other', async () => {
    const token = (await runHere(['user', 'token'], { env })).stdout.trim();
    for (const { url } of servers) {
      expect(await getJson(`${url}/api/calendly/stats`, token)).toMatchObject({
        total_meetings: await count(db, `meetings where status = 'active'`),
      });
    }
  });

  test('a host with other secrets is refused, and told what to do', async () => {
    const other = await runProgram(['serve'], {
      env: { ...env, DATA_DIR: makeFolder(), PORT: '0' },
    });
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/other secrets .+ need the same JWT_SECRET and ENCRYPTION_KEYS/);
    expect(other.stderr).toContain('Set JWT_SECRET and ENCRYPTION_KEYS');
  });

  test('SIGTERM ends each with exit code 0 while the others go on', async () => {
    for (const server of servers) {
      const others = servers.slice(servers.indexOf(server) + 1);
      expect(await server.stop()).toMatchObject({ code: 0, stderr: '' });
      for (const { url } of others) expect((await fetch(`${url}/ready`)).status).toBe(200);
    }
    expect(await count(db, 'processes')).toBe(0);
  });
});

test('production runs with secrets of its own, logs JSON and keeps nothing on the disk', async () => {
  const { env } = await emptyDatabase();
  const server = await startServing({
    env: {
      ...env,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      LOG_FORMAT: '',
      DATA_DIR: '/proc/no-such-folder',
      JWT_SECRET: randomBytes(32).toString('base64url'),
      ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    },
  });
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  expect(await server.stop()).toMatchObject({ code: 0, stderr: '' });
});
