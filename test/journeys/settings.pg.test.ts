/** An operator's wrong settings: every one is refused in one clear message that prints no secret. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../harness/database.ts';
import { runHere } from '../harness/in-process.ts';
import { endPrograms, type Env, makeFolder, runProgram } from '../harness/program.ts';
import { startServing } from '../harness/serving.ts';

const SECRET = `s3cr3t${randomBytes(8).toString('hex')}`;

let fresh: FreshDatabase;
/** Of the servers on `fresh`: they share its secrets. */
let dataDir: string;
beforeAll(async () => {
  dataDir = makeFolder();
  fresh = await freshDatabase();
});
afterAll(async () => {
  await endPrograms();
  await fresh.drop();
});

test('all faults come in one message, without a value, and nothing is started or made', async () => {
  const cwd = makeFolder();
  const env = {
    DATA_DIR: join(cwd, 'data'),
    PORT: '99999',
    SYNC_SCHEDULE: 'hourly',
    JWT_SECRET: SECRET.slice(0, 20),
    CALENDLY_SCOPE: 'everything',
    DATABASE_URL: `mysql://admin:${SECRET}@db.example/x`,
  };
  const { code, stdout, stderr } = await runProgram(['serve'], { cwd, env });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^5 settings are wrong:\n/);
  for (const name of Object.keys(env).slice(1)) expect(stderr).toContain(`\n  ${name} `);
  expect(stderr).not.toContain(SECRET.slice(0, 20));
  expect(stderr).not.toContain('99999');
  expect(stderr).not.toContain('    at ');
  expect(() => chmodSync(env.DATA_DIR, 0o700)).toThrow('ENOENT');
});

interface Refusal {
  what: string;
  env: () => Env;
  argv?: string;
  code: 1 | 2;
  says: RegExp;
}

const server = (change: (url: URL) => void): string => {
  const url = new URL(fresh.url ?? '');
  change(url);
  return url.href;
};

const refusals: Refusal[] = [
  {
    what: 'DEMO=on beside DATABASE_URL',
    env: () => ({ DEMO: 'on', DATABASE_URL: fresh.url ?? '' }),
    code: 2,
    says: /DEMO must not be on beside DATABASE_URL/,
  },
  {
    what: 'production without secrets',
    env: () => ({ NODE_ENV: 'production', DATABASE_URL: fresh.url ?? '' }),
    code: 2,
    says: /2 settings are wrong:\n {2}JWT_SECRET is required .+\n {2}ENCRYPTION_KEYS is required/,
  },
  {
    what: 'a secret whose file is missing',
    env: () => ({ JWT_SECRET_FILE: '/no/such/file' }),
    code: 2,
    says: /JWT_SECRET_FILE names a file that cannot be read/,
  },
  {
    what: 'DATA_DIR that is a file',
    env() {
      const file = join(makeFolder(), 'file');
      writeFileSync(file, '');
      return { DATA_DIR: file };
    },
    code: 1,
    says: /^DATA_DIR \S+ cannot be used: it is a file, or lies below one\n/,
  },
  {
    what: 'DATA_DIR where nothing can be made',
    env: () => ({ DATA_DIR: '/proc/calendly-sync' }),
    code: 1,
    says: /^DATA_DIR \/proc\/calendly-sync\S* cannot be used: .+\n/,
  },
  {
    what: 'a folder for documents that is a file',
    env() {
      const file = join(makeFolder(), 'file');
      writeFileSync(file, '');
      return { DATABASE_URL: fresh.url ?? '', DOCUMENTS_URL: `file:${file}` };
    },
    code: 1,
    says: /^DOCUMENTS_URL \S+ cannot be used: it is a file, or lies below one\n/,
  },
  {
    what: 'a folder for documents that is the root by another name',
    env() {
      const link = join(makeFolder(), 'link');
      symlinkSync('/', link);
      return { DATABASE_URL: fresh.url ?? '', DOCUMENTS_URL: `file:${link}` };
    },
    code: 1,
    says: /^DOCUMENTS_URL \S+ cannot be used: it is the root of the disk\n/,
  },
  {
    what: 'a DATA_DIR whose database is something else',
    env() {
      const dir = makeFolder();
      mkdirSync(join(dir, 'demo', 'database'), { recursive: true });
      writeFileSync(join(dir, 'demo', 'database', 'thesis.txt'), 'text');
      return { DATA_DIR: dir };
    },
    code: 1,
    says: /is not empty and holds no database/,
  },
  {
    what: 'kept secrets that are damaged',
    env() {
      const dir = makeFolder();
      mkdirSync(join(dir, 'demo'));
      writeFileSync(join(dir, 'demo', 'secrets.json'), '{"jwt_secret":');
      return { DATA_DIR: dir };
    },
    code: 1,
    says: /secrets\.json is damaged/,
  },
  {
    what: 'a database password that is wrong',
    env: () => ({
      DATABASE_URL: server((url) => {
        url.password = SECRET;
      }),
    }),
    code: 1,
    says: /cannot be reached: it refused the user or password/,
  },
  {
    what: 'a database that does not exist',
    env: () => ({
      DATABASE_URL: server((url) => {
        url.pathname = '/nowhere';
      }),
    }),
    code: 1,
    says: /\/nowhere cannot be reached: there is no database of that name/,
  },
  {
    what: 'a database where nothing listens',
    env: () => ({ DATABASE_URL: `postgres://me:${SECRET}@127.0.0.1:1/x` }),
    code: 1,
    says: /127\.0\.0\.1:1\/x cannot be reached: nothing listens there\nCheck DATABASE_URL/,
  },
];

test.each(refusals)('refused without printing a secret: $what', async (refusal) => {
  const { code, stdout, stderr } = await runHere((refusal.argv ?? 'user list').split(' '), {
    env: refusal.env(),
  });
  expect({ code, stdout }).toEqual({ code: refusal.code, stdout: '' });
  expect(stderr).toMatch(refusal.says);
  expect(stderr).not.toContain(SECRET);
  expect(stderr).not.toContain('fault of this program');
});

test('a table of somebody else in the way stops the start and is named', async () => {
  const foreign = await freshDatabase('postgres', { migrated: false });
  try {
    await foreign.db.script('create table meetings (id serial primary key, topic text);');
    const { code, stderr } = await runHere(['migrate'], {
      env: { DATABASE_URL: foreign.url ?? '' },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/meetings/);
    const { rows } = await foreign.db.query(
      `select tablename from pg_tables where schemaname = 'public'`,
    );
    expect(rows).toEqual([{ tablename: 'meetings' }]);
  } finally {
    await foreign.drop();
  }
});

test('a port that is taken is one clear sentence, and nothing stays open', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const env = { DATABASE_URL: fresh.url ?? '', DATA_DIR: dataDir, PORT: String(port) };
  const { code, stderr } = await runProgram(['serve'], { env });
  other.close();
  expect(code).toBe(1);
  expect(stderr).toBe(
    `The server cannot listen on 127.0.0.1 port ${port}: another program listens there\n` +
      'Set PORT (and HOST) to a free one.\n',
  );
});

test('.env is read below the environment, and names that look mistyped are warned about', async () => {
  const cwd = makeFolder();
  writeFileSync(
    join(cwd, '.env'),
    [
      `DATABASE_URL="${fresh.url ?? ''}" # the server`,
      'PORT=1',
      'LOG_FORMAT=pretty',
      'CALENDLY_PERSONAL_ACCES_TOKEN=mistyped',
      'SYNC_EVERYTHING=yes',
      'SOMEBODY_ELSES=1',
    ].join('\n'),
  );
  const serving = await startServing({ cwd, env: { DATA_DIR: dataDir } });
  const warnings = serving.lines().flatMap(({ level, msg }) => (level === 'warn' ? [msg] : []));
  expect(warnings).toEqual([
    expect.stringContaining('did you mean CALENDLY_PERSONAL_ACCESS_TOKEN?'),
    'SYNC_EVERYTHING is no setting of this program',
  ]);
  expect(serving.stdout()).toContain('"database":"postgres"');
  expect(serving.stdout()).not.toContain('mistyped');
  expect(await serving.stop()).toMatchObject({ code: 0 });
});

test('an .env that cannot be read stops the start', async () => {
  const cwd = makeFolder();
  mkdirSync(join(cwd, '.env'));
  const { code, stderr } = await runProgram(['user', 'list'], { cwd });
  expect({ code, stderr }).toEqual({ code: 2, stderr: 'The file .env cannot be read.\n' });
});
