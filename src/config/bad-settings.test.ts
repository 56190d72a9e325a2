/** Every wrong setting stops the start by name, and no message repeats what was given. */
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { AppError } from '../domain/errors.ts';

type Env = Record<string, string>;

const key = (byte: number, length = 32): string => Buffer.alloc(length, byte).toString('base64');
const LONG = 'correct-horse-battery-staple-sesame';
const files: Env = { '/empty': '', '/line': '\n', '/long': LONG, '/spaced': `  ${LONG}\n` };

/** Whole, and taken as it is. */
const S3: Env = {
  DOCUMENTS_URL: 's3://papers',
  AWS_ACCESS_KEY_ID: 'AKIAPAPERS',
  AWS_SECRET_ACCESS_KEY: 'sesame-of-the-bucket',
};

/** The variable that must be named, the environment, and a part of the reason. */
const cases: readonly [string, Env, string][] = [
  // Secrets (row 138)
  ['JWT_SECRET', { NODE_ENV: 'production', ENCRYPTION_KEYS: `a:${key(1)}` }, 'required'],
  [
    'JWT_SECRET',
    { NODE_ENV: 'production', ENCRYPTION_KEYS: `a:${key(1)}`, JWT_SECRET: '' },
    'required',
  ],
  ['ENCRYPTION_KEYS', { NODE_ENV: 'production', JWT_SECRET: LONG }, 'required'],
  ['JWT_SECRET', { JWT_SECRET: '    ' }, 'blank'],
  ['JWT_SECRET', { JWT_SECRET: `"${LONG}"` }, 'quotes'],
  ['JWT_SECRET', { JWT_SECRET: `'${LONG}'` }, 'quotes'],
  ['JWT_SECRET', { JWT_SECRET: `${LONG} ` }, 'spaces'],
  ['JWT_SECRET', { JWT_SECRET: `${LONG}\n` }, 'line ends'],
  ['JWT_SECRET', { JWT_SECRET: `${LONG}\n${LONG}` }, 'one line'],
  ['JWT_SECRET', { JWT_SECRET: 'changeme' }, 'placeholder'],
  ['JWT_SECRET', { JWT_SECRET: 'please-CHANGE_ME-please-please-now' }, 'placeholder'],
  ['JWT_SECRET', { JWT_SECRET: 'secret' }, 'placeholder'],
  ['JWT_SECRET', { JWT_SECRET: 's'.repeat(31) }, '32 bytes'],
  ['AUTH_HS256_SECRET', { AUTH_HS256_SECRET: 's'.repeat(31) }, '32 bytes'],
  [
    'CALENDLY_PERSONAL_ACCESS_TOKEN',
    { CALENDLY_PERSONAL_ACCESS_TOKEN: '<your token>' },
    'placeholder',
  ],
  ['CALENDLY_PERSONAL_ACCESS_TOKEN', { CALENDLY_PERSONAL_ACCESS_TOKEN: ' eyJ.sesame' }, 'spaces'],
  ['CALENDLY_WEBHOOK_SIGNING_KEY', { CALENDLY_WEBHOOK_SIGNING_KEY: '\t' }, 'blank'],
  ['METRICS_TOKEN', { METRICS_TOKEN: 'changeme' }, 'placeholder'],
  ['ENCRYPTION_KEYS', { ENCRYPTION_KEYS: key(1) }, 'no id'],
  ['ENCRYPTION_KEYS', { ENCRYPTION_KEYS: 'a:sesame sesame' }, 'base64'],
  ['ENCRYPTION_KEYS', { ENCRYPTION_KEYS: `a:${key(1, 16)}` }, '32 bytes'],
  ['ENCRYPTION_KEYS', { ENCRYPTION_KEYS: `a:${key(1)},a:${key(2)}` }, 'earlier one'],
  ['ENCRYPTION_KEYS', { ENCRYPTION_KEYS: `a:${key(1)},b:${key(1)}` }, 'same'],
  ['ENCRYPTION_KEYS', { JWT_SECRET: key(1), ENCRYPTION_KEYS: `a:${key(1)}` }, 'each purpose'],
  ['AUTH_HS256_SECRET', { JWT_SECRET: LONG, AUTH_HS256_SECRET: LONG }, 'each purpose'],
  ['METRICS_TOKEN', { METRICS_TOKEN: LONG, JWT_SECRET: LONG }, 'each purpose'],
  // Secrets from files
  ['JWT_SECRET', { JWT_SECRET: LONG, JWT_SECRET_FILE: '/long' }, 'set twice'],
  ['JWT_SECRET_FILE', { JWT_SECRET_FILE: '/missing' }, 'cannot be read'],
  ['JWT_SECRET_FILE', { JWT_SECRET_FILE: '/empty' }, 'empty file'],
  ['JWT_SECRET_FILE', { JWT_SECRET_FILE: '/line' }, 'empty file'],
  ['JWT_SECRET', { JWT_SECRET_FILE: '/spaced' }, 'spaces'],
  // Half-filled features
  ['CALENDLY_CLIENT_SECRET', { CALENDLY_CLIENT_ID: 'id' }, 'missing beside'],
  ['CALENDLY_CLIENT_ID', { CALENDLY_CLIENT_SECRET: 'sesame' }, 'missing beside'],
  ['CALENDLY_CLIENT_ID', { CALENDLY_CLIENT_SIGNING_KEY: 'sesame' }, 'missing beside'],
  ['AUTH_ISSUER', { AUTH_ISSUER: 'https://x.example' }, 'needs AUTH_JWKS_URL'],
  ['AUTH_AUDIENCE', { AUTH_AUDIENCE: 'sesame' }, 'needs'],
  ['AUTH_WORKSPACE_CLAIM', { AUTH_WORKSPACE_CLAIM: 'org' }, 'needs'],
  ['AUTH_HS256_SECRET', { AUTH_HS256_SECRET: LONG, AUTH_JWKS_URL: 'https://x.example' }, 'beside'],
  ['DEMO', { DEMO: 'on', DATABASE_URL: 'postgres://h/sesame' }, 'beside DATABASE_URL'],
  ['DEMO_PORT', { PORT: '9000', DEMO_PORT: '9000' }, 'differ'],
  // The database (row 139)
  ['DATABASE_URL', { DATABASE_URL: 'mysql://u:sesame@h/db' }, 'postgres://'],
  ['DATABASE_URL', { DATABASE_URL: 'sesame' }, 'postgres://'],
  ['DATABASE_URL', { DATABASE_URL: ' postgres://u:sesame@h/db' }, 'postgres://'],
  ['DATABASE_URL', { DATABASE_URL: '"postgres://u:sesame@h/db"' }, 'postgres://'],
  ['DATABASE_URL', { DATABASE_URL: 'postgres://u:sesame@h' }, 'name a database'],
  ['DATABASE_URL', { DATABASE_URL: 'postgres://u:sesame@h/' }, 'name a database'],
  ['DATABASE_URL', { DATABASE_URL: 'postgres://u:ses/ame@h:port/db' }, 'percent-encoded'],
  ['DATABASE_SCHEMA', { DATABASE_SCHEMA: 'Sesame' }, 'a-z'],
  ['DATABASE_SCHEMA', { DATABASE_SCHEMA: 'a"; drop' }, 'a-z'],
  ['DATABASE_SCHEMA', { DATABASE_SCHEMA: 's'.repeat(42) }, 'a-z'],
  ['DATABASE_SCHEMA', { DATABASE_SCHEMA: 'pg_catalog' }, "PostgreSQL's own"],
  ['DATA_DIR', { DATA_DIR: '/' }, 'root'],
  ['DATA_DIR', { DATA_DIR: ' sesame' }, 'spaces'],
  // Numbers, times and words (row 140)
  ...['-1', '65536', '99999', 'abc', '80.5', '0x50', '1e3', '٨٠', ' 80', '8787\n'].map(
    (PORT): [string, Env, string] => ['PORT', { PORT }, 'port from 1 to 65535'],
  ),
  ...['0', '1.5', '-0.1', 'half', '50%', '1e-1', 'NaN', 'Infinity', '0.0'].map(
    (SYNC_RATE_SHARE): [string, Env, string] => ['SYNC_RATE_SHARE', { SYNC_RATE_SHARE }, 'above 0'],
  ),
  ...[
    'sesame',
    '* * * *',
    '* * * * * *',
    '@hourly',
    '60 * * * *',
    '*/0 * * * *',
    '2026-01-01T00:00',
  ].map((SYNC_SCHEDULE): [string, Env, string] => ['SYNC_SCHEDULE', { SYNC_SCHEDULE }, 'cron']),
  ['SYNC_SCHEDULE', { SYNC_SCHEDULE: '0 0 31 2 *' }, 'never fires'],
  ['SYNC_PAST_DAYS', { SYNC_PAST_DAYS: '1e9' }, 'whole number'],
  ['SYNC_PAST_DAYS', { SYNC_PAST_DAYS: '1000000000' }, 'whole number'],
  ['SYNC_PAST_DAYS', { SYNC_PAST_DAYS: '-1' }, 'whole number'],
  ['SYNC_FUTURE_DAYS', { SYNC_FUTURE_DAYS: '0' }, 'whole number'],
  ['DELIVERY_RETENTION_DAYS', { DELIVERY_RETENTION_DAYS: '0' }, 'whole number'],
  ['RUN_RETENTION_DAYS', { RUN_RETENTION_DAYS: '99999999999' }, 'whole number'],
  ['DOCUMENT_MAX_MB', { DOCUMENT_MAX_MB: '0' }, 'whole number'],
  ['WORKSPACE_QUOTA_MB', { WORKSPACE_QUOTA_MB: '10' }, 'below DOCUMENT_MAX_MB'],
  ['TRUST_PROXY', { TRUST_PROXY: 'true' }, 'whole number'],
  ['OPEN_SIGNUP', { OPEN_SIGNUP: 'yes' }, 'true or false'],
  ['OPEN_SIGNUP', { OPEN_SIGNUP: 'TRUE' }, 'true or false'],
  ['DEMO', { DEMO: 'true' }, 'on, off'],
  ['MEMBERS_SEE', { MEMBERS_SEE: 'none' }, 'all, own'],
  ['CALENDLY_SCOPE', { CALENDLY_SCOPE: 'organisation' }, 'user, organization'],
  ['LOG_LEVEL', { LOG_LEVEL: 'verbose' }, 'info'],
  ['LOG_FORMAT', { LOG_FORMAT: 'xml' }, 'json'],
  ['NODE_ENV', { NODE_ENV: 'prod' }, 'production'],
  ['NODE_ENV', { NODE_ENV: 'Production' }, 'production'],
  ['TZ', { TZ: 'Nowhere' }, 'time zone'],
  ['TZ', { TZ: ':Europe/Nowhere' }, 'time zone'],
  // Addresses
  ...['http://sesame', '127.0.0.1:80', '256.1.1.1', 'a b', '[::1', '-h', '1.2.3'].map(
    (HOST): [string, Env, string] => ['HOST', { HOST }, 'host name or an address'],
  ),
  ['PUBLIC_URL', { PUBLIC_URL: 'http://sesame.example.com' }, 'https'],
  ['PUBLIC_URL', { PUBLIC_URL: 'sesame.example.com' }, 'http'],
  ['PUBLIC_URL', { PUBLIC_URL: 'https://u:sesame@x.example' }, 'user or password'],
  ['PUBLIC_URL', { PUBLIC_URL: 'https://x.example/?q=sesame' }, 'query'],
  ['CALENDLY_API_URL', { CALENDLY_API_URL: 'ftp://sesame' }, 'http'],
  ['CALENDLY_API_URL', { CALENDLY_API_URL: 'https://x.example/#sesame' }, 'fragment'],
  ['CALENDLY_AUTH_URL', { CALENDLY_AUTH_URL: '//sesame' }, 'http'],
  ['AUTH_JWKS_URL', { AUTH_JWKS_URL: 'http://sesame.example.com/jwks' }, 'https'],
  ['ALERT_URL', { ALERT_URL: 'http://hooks.example.com/sesame' }, 'https'],
  ['SMTP_URL', { SMTP_URL: 'https://me:sesame@mail' }, 'smtp'],
  ['DOCUMENTS_URL', { DOCUMENTS_URL: 'ftp://sesame' }, 'file:'],
  ['DOCUMENTS_URL', { DOCUMENTS_URL: 's3://Sesame' }, 's3://bucket'],
  ['DOCUMENTS_URL', { DOCUMENTS_URL: 's3://sesame/../x' }, '..'],
  ['DOCUMENTS_URL', { DOCUMENTS_URL: 'file:///' }, 'root'],
  ['AWS_ACCESS_KEY_ID', { ...S3, AWS_ACCESS_KEY_ID: '' }, 'required where DOCUMENTS_URL'],
  ['AWS_SECRET_ACCESS_KEY', { ...S3, AWS_SECRET_ACCESS_KEY: '' }, 'required where DOCUMENTS_URL'],
  ['AWS_SECRET_ACCESS_KEY', { ...S3, AWS_SECRET_ACCESS_KEY: 'changeme' }, 'placeholder'],
  ['AWS_ACCESS_KEY_ID', { ...S3, AWS_ACCESS_KEY_ID: ' sesame' }, 'spaces'],
  ['AWS_REGION', { ...S3, AWS_REGION: 'Sesame' }, 'name of a region'],
  ['AWS_ENDPOINT_URL', { ...S3, AWS_ENDPOINT_URL: 's3.sesame.example.com' }, 'http'],
  [
    'AWS_ENDPOINT_URL',
    { ...S3, AWS_ENDPOINT_URL: 'https://u:sesame@x.example' },
    'user or password',
  ],
  ['DOCUMENT_MAX_MB', { ...S3, DOCUMENT_MAX_MB: '5121' }, 'at most 5120'],
];

const readFile = (path: string): string => {
  const text = files[path];
  if (text === undefined) throw new Error(`no ${path}`);
  return text;
};

function refusal(env: Env): AppError {
  try {
    loadConfig(env, { readFile });
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('These settings were taken');
}

test.each(cases)('%s is refused in %o: %s', (name, env, reason) => {
  const error = refusal(env);
  expect(error).toMatchObject({ kind: 'invalid', code: 'config.invalid' });
  expect(error.details.map(({ field }) => field)).toEqual([name]);
  expect(error.message).toContain(name);
  expect(error.message).toContain(reason);
  const shown = `${error.message} ${error.action} ${JSON.stringify(error.details)} ${error.stack}`;
  for (const value of Object.values(env).filter((text) => text.trim().length > 8)) {
    if (value !== 'production') expect(shown).not.toContain(value);
  }
  expect(shown).not.toMatch(/sesame/i);
});

test('all faults stand in one message, each on its line', () => {
  const error = refusal({
    PORT: 'x',
    LOG_LEVEL: 'x',
    DATABASE_URL: 'x',
    JWT_SECRET: 'x',
    DEMO: 'on',
  });
  expect(error.message.split('\n')).toHaveLength(6);
  expect(error.details.map(({ field }) => field).sort()).toEqual(
    ['DATABASE_URL', 'DEMO', 'JWT_SECRET', 'LOG_LEVEL', 'PORT'].sort(),
  );
});

afterAll(() => console.log(`settings bad inputs: ${cases.length} cases`));
