/** The table of settings is whole, and `.env.example` is made of it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { parseEnvFile } from './env-file.ts';
import { renderEnvExample } from './example.ts';
import { settings } from './table.ts';

/** Contract §2, in its order. */
const CONTRACT =
  `CALENDLY_PERSONAL_ACCESS_TOKEN CALENDLY_SCOPE CALENDLY_WEBHOOK_SIGNING_KEY CALENDLY_CLIENT_ID
  CALENDLY_CLIENT_SECRET CALENDLY_CLIENT_SIGNING_KEY CALENDLY_API_URL CALENDLY_AUTH_URL DATABASE_URL
  DATABASE_SCHEMA DATA_DIR HOST PORT PUBLIC_URL TRUST_PROXY DEMO DEMO_PORT SYNC_SCHEDULE SYNC_PAST_DAYS
  SYNC_FUTURE_DAYS SYNC_RATE_SHARE JWT_SECRET AUTH_JWKS_URL AUTH_HS256_SECRET AUTH_ISSUER AUTH_AUDIENCE
  AUTH_WORKSPACE_CLAIM ENCRYPTION_KEYS OPEN_SIGNUP MEMBERS_SEE DOCUMENTS_URL DOCUMENT_MAX_MB
  WORKSPACE_QUOTA_MB AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_REGION AWS_ENDPOINT_URL
  DELIVERY_RETENTION_DAYS RUN_RETENTION_DAYS SMTP_URL ALERT_URL METRICS_TOKEN LOG_LEVEL LOG_FORMAT NODE_ENV`.split(
    /\s+/,
  );

test('the table holds the settings of the contract, each once', () => {
  expect(settings.map(({ name }) => name).sort()).toEqual(CONTRACT.sort());
});

test('every default is read by its own parser', () => {
  const unread = settings.filter(({ fallback, parse }) => fallback !== null && !parse(fallback).ok);
  expect(unread).toEqual([]);
});

test('no secret has a default', () => {
  expect(settings.filter(({ secret, fallback }) => secret && fallback !== null)).toEqual([]);
});

test('the committed .env.example is the one that the table makes', () => {
  const file = new URL('../../.env.example', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(renderEnvExample(settings));
});

test('a copied .env.example sets nothing', () => {
  const env = parseEnvFile(renderEnvExample(settings));
  expect(env).toEqual({});
  expect(loadConfig(env)).toEqual(loadConfig({}));
});

test('a .env file is read with quotes, comments and a byte order mark', () => {
  const text =
    '\uFEFF# mine\nPORT=9000\nJWT_SECRET="a b#c"\nEMPTY=\nSYNC_SCHEDULE=0 * * * * # hourly\r\n';
  expect(parseEnvFile(text)).toEqual({
    PORT: '9000',
    JWT_SECRET: 'a b#c',
    EMPTY: '',
    SYNC_SCHEDULE: '0 * * * *',
  });
});
