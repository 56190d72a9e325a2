/** What settings make of an environment. */
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfig } from './config.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const production = {
  NODE_ENV: 'production',
  JWT_SECRET: 'j'.repeat(32),
  ENCRYPTION_KEYS: `k1:${KEY}`,
};

test('without any variable everything has the default of the contract', () => {
  expect(loadConfig({})).toEqual({
    production: false,
    dataDir: '.data',
    http: { host: '127.0.0.1', port: 8787, publicUrl: null, trustProxy: 0, metricsToken: null },
    database: { url: null, schema: 'public' },
    calendly: {
      token: null,
      scope: 'user',
      webhookSigningKey: null,
      oauth: null,
      apiUrl: 'https://api.calendly.com',
      authUrl: 'https://auth.calendly.com',
    },
    demo: { mode: 'auto', eligible: true, port: 8788, host: '127.0.0.1' },
    sync: { schedule: '*/15 * * * *', pastDays: 730, futureDays: 365, rateShare: 0.5 },
    auth: {
      jwtSecret: null,
      encryptionKeys: null,
      hostTokens: null,
      openSignup: false,
      membersSee: 'all',
    },
    documents: { store: { kind: 'disk', dir: null }, maxBytes: 50 * 2 ** 20, quotaBytes: null },
    retention: { deliveryDays: 30, runDays: 90 },
    alerts: { smtpUrl: null, url: null },
    log: { level: 'info', format: 'pretty' },
    warnings: [],
  });
});

test('an empty variable counts as not set', () => {
  const names = ['DATABASE_URL', 'CALENDLY_PERSONAL_ACCESS_TOKEN', 'PORT', 'DEMO', 'JWT_SECRET'];
  expect(loadConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(loadConfig({}));
});

test('production listens everywhere, logs JSON, and has no demo', () => {
  const config = loadConfig(production);
  expect(config.http.host).toBe('0.0.0.0');
  expect(config.log.format).toBe('json');
  expect(config.demo.eligible).toBe(false);
  expect(loadConfig({ ...production, HOST: '127.0.0.1', LOG_FORMAT: 'pretty' })).toMatchObject({
    http: { host: '127.0.0.1' },
    log: { format: 'pretty' },
  });
});

test.each([
  [{}, 'auto', true],
  [{ CALENDLY_PERSONAL_ACCESS_TOKEN: 'eyJraWQ' }, 'auto', false],
  [{ CALENDLY_CLIENT_ID: 'id', CALENDLY_CLIENT_SECRET: 'hush' }, 'auto', false],
  [{ CALENDLY_API_URL: 'http://127.0.0.1:9999' }, 'auto', false],
  [{ DATABASE_URL: 'postgres://localhost/app' }, 'auto', false],
  [{ PORT: '9000', LOG_LEVEL: 'debug' }, 'auto', true],
  [{ DEMO: 'off' }, 'off', false],
  [{ DEMO: 'on', CALENDLY_PERSONAL_ACCESS_TOKEN: 'eyJraWQ' }, 'on', true],
  [{ DEMO: 'on', ...production }, 'on', true],
])('the demo with %o is %s, eligible: %s', (env, mode, eligible) => {
  expect(loadConfig(env).demo).toMatchObject({ mode, eligible });
});

test('the demo stays on this machine and off the port of the server', () => {
  expect(loadConfig({ HOST: '0.0.0.0' }).demo.host).toBe('127.0.0.1');
  expect(loadConfig({ HOST: '::1' }).demo.host).toBe('::1');
  expect(loadConfig({ PORT: '8788' }).demo.port).toBe(8789);
  expect(loadConfig({ PORT: '0', DEMO_PORT: '0' })).toMatchObject({
    http: { port: 0 },
    demo: { port: 0 },
  });
});

test('full settings come out in groups', () => {
  const config = loadConfig({
    ...production,
    CALENDLY_PERSONAL_ACCESS_TOKEN: 'eyJraWQ',
    CALENDLY_SCOPE: 'organization',
    CALENDLY_CLIENT_ID: 'id',
    CALENDLY_CLIENT_SECRET: 'hush',
    CALENDLY_CLIENT_SIGNING_KEY: 'sign',
    CALENDLY_API_URL: 'http://127.0.0.1:9999/base/',
    DATABASE_URL: 'postgresql://app:p%40ss@db:5432/app?sslmode=require',
    DATABASE_SCHEMA: 'calendly',
    PUBLIC_URL: 'https://sync.example.com/',
    TRUST_PROXY: '1',
    SYNC_SCHEDULE: '0 * * * *',
    SYNC_RATE_SHARE: '1',
    AUTH_JWKS_URL: 'https://auth.example.com/jwks.json',
    AUTH_ISSUER: 'https://auth.example.com/',
    OPEN_SIGNUP: 'true',
    MEMBERS_SEE: 'own',
    DOCUMENTS_URL: 's3://papers/calendly/',
    AWS_ACCESS_KEY_ID: 'AKIAPAPERS',
    AWS_SECRET_ACCESS_KEY: 'of-the-bucket',
    AWS_REGION: 'eu-central-1',
    WORKSPACE_QUOTA_MB: '1000',
    METRICS_TOKEN: 'scrape-me',
    SMTP_URL: 'smtps://me:word@mail.example.com',
    ALERT_URL: 'https://hooks.example.com/T0/B0?x=1',
  });
  expect(config).toMatchObject({
    production: true,
    calendly: {
      scope: 'organization',
      oauth: { clientId: 'id' },
      apiUrl: 'http://127.0.0.1:9999/base',
    },
    database: { schema: 'calendly' },
    http: { publicUrl: 'https://sync.example.com', trustProxy: 1 },
    sync: { schedule: '0 * * * *', rateShare: 1 },
    auth: {
      hostTokens: {
        kind: 'jwks',
        url: 'https://auth.example.com/jwks.json',
        issuer: 'https://auth.example.com/',
        audience: null,
      },
      openSignup: true,
      membersSee: 'own',
    },
    documents: {
      store: { kind: 's3', bucket: 'papers', prefix: 'calendly' },
      quotaBytes: 1000 * 2 ** 20,
    },
    warnings: [],
  });
  expect(config.calendly.token?.reveal()).toBe('eyJraWQ');
  expect(config.database.url?.reveal()).toContain('p%40ss');
});

test('no secret shows when a configuration is printed', () => {
  const env = {
    ...production,
    CALENDLY_PERSONAL_ACCESS_TOKEN: 'sesame1',
    DATABASE_URL: 'postgres://app:sesame2@db/app',
    SMTP_URL: 'smtp://me:sesame3@mail',
    METRICS_TOKEN: 'sesame4',
    AUTH_HS256_SECRET: 'sesame5'.repeat(6),
  };
  const config = loadConfig(env);
  const shown = `${JSON.stringify(config)} ${inspect(config, { depth: 9, showHidden: true })}`;
  expect(shown).not.toMatch(/sesame|jjjj/);
  expect(shown).not.toContain(KEY);
});

test('a secret may come from a file, whose last line end does not count', () => {
  const readFile = (path: string): string => {
    if (path === '/run/secrets/jwt') return `${'f'.repeat(40)}\r\n`;
    throw new Error('no such file');
  };
  const config = loadConfig({ JWT_SECRET_FILE: '/run/secrets/jwt' }, { readFile });
  expect(config.auth.jwtSecret?.reveal()).toBe('f'.repeat(40));
  expect(
    loadConfig(
      { ...production, JWT_SECRET: '', JWT_SECRET_FILE: '/run/secrets/jwt' },
      { readFile },
    ),
  ).toMatchObject({ production: true });
});

test('a database from a file ends the demo, as one in the variable does', () => {
  const readFile = (): string => 'postgres://localhost/app\n';
  const config = loadConfig({ DATABASE_URL_FILE: '/run/secrets/db' }, { readFile });
  expect(config.demo.eligible).toBe(false);
});

test.each([
  ['SYNC_SHEDULE', 'did you mean SYNC_SCHEDULE?'],
  ['JWT_SECRTE', 'did you mean JWT_SECRET?'],
  ['ENCRYPTION_KEY', 'did you mean ENCRYPTION_KEYS?'],
  ['calendly_scope', 'did you mean CALENDLY_SCOPE?'],
  ['CALENDLY_TOKEN', 'is no setting'],
  ['SYNC_INTERVAL', 'is no setting'],
  ['SYNC_SCHEDULE_FILE', 'only secrets can come from a file'],
])('the unknown variable %s is warned about', (name, words) => {
  const { warnings } = loadConfig({ [name]: 'sesame' });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(name);
  expect(warnings[0]).toContain(words);
  expect(warnings[0]).not.toContain('sesame');
});

test('variables of other programs are none of our business', () => {
  const names = [
    'PATH',
    'HOME',
    'HOSTNAME',
    'LANG',
    'npm_config_cache',
    'POSTGRES_USER',
    'AWS_REGION',
  ];
  const others = [
    'SSH_AUTH_SOCK',
    'EDITOR',
    'PWD',
    'SHLVL',
    'CI',
    'NODE_OPTIONS',
    'LOGNAME',
    'POST',
  ];
  const env = Object.fromEntries([...names, ...others].map((name) => [name, 'x']));
  expect(loadConfig(env).warnings).toEqual([]);
});

test.each([
  [{ DATABASE_URL: 'postgres://app:x@pool.example.com:6543/app' }, 'DATABASE_URL'],
  [{ CALENDLY_API_URL: 'http://calendly.example.com' }, 'CALENDLY_API_URL'],
  [{ CALENDLY_WEBHOOK_SIGNING_KEY: 'sign' }, 'CALENDLY_WEBHOOK_SIGNING_KEY'],
  [{ NODE_ENV: 'staging' }, 'NODE_ENV'],
])('the odd settings %o are warned about by name', (env, name) => {
  expect(loadConfig(env).warnings).toEqual([expect.stringContaining(name)]);
});
