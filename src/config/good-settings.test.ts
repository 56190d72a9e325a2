/** Values at the edge of what a setting takes are taken. */
import { expect, test } from 'vitest';
import { loadConfig } from '../config.ts';

test.each([
  { PORT: '1' },
  { PORT: '65535' },
  { PORT: '0' },
  { SYNC_RATE_SHARE: '0.01' },
  { SYNC_RATE_SHARE: '.5' },
  { SYNC_RATE_SHARE: '1.0' },
  { SYNC_PAST_DAYS: '0' },
  { SYNC_SCHEDULE: '0 6 * * MON-FRI' },
  { HOST: '::' },
  { HOST: '0.0.0.0' },
  { HOST: 'localhost' },
  { PUBLIC_URL: 'http://localhost:8787' },
  { PUBLIC_URL: 'http://127.0.0.1:1' },
  { PUBLIC_URL: 'http://[::1]:8787' },
  { PUBLIC_URL: 'https://example.com/calendly' },
  { CALENDLY_API_URL: 'https://calendly.example.com:8443/v2/' },
  { DATABASE_URL: 'postgres:///app?host=/var/run/postgresql' },
  { DATABASE_URL: 'postgres://app@/app?host=/var/run/postgresql' },
  { DATABASE_URL: 'postgresql://app:a%3Ab@[::1]:5433/app' },
  { DATABASE_SCHEMA: '_tenant_7' },
  { DOCUMENTS_URL: 'file:' },
  { DOCUMENTS_URL: 'file:///srv/papers' },
  { DOCUMENTS_URL: 'file:papers' },
  { DOCUMENTS_URL: 's3://papers' },
  { JWT_SECRET: 'ü'.repeat(16) },
  { TZ: 'UTC' },
  { TZ: 'Europe/Berlin' },
  { TZ: ':America/Argentina/Buenos_Aires' },
  { TZ: 'CET-1CEST,M3.5.0,M10.5.0/3' },
  { NODE_ENV: 'test' },
])('%o is taken without a word', (env) => {
  expect(loadConfig(env).warnings).toEqual([]);
});

test.each([
  ['file:///srv/papers', { kind: 'disk', dir: '/srv/papers' }],
  ['file:/srv/papers', { kind: 'disk', dir: '/srv/papers' }],
  ['file:papers', { kind: 'disk', dir: 'papers' }],
  ['file:', { kind: 'disk', dir: null }],
  ['s3://papers', { kind: 's3', bucket: 'papers', prefix: '' }],
  ['s3://papers/a/b/', { kind: 's3', bucket: 'papers', prefix: 'a/b' }],
])('documents at %s lie in %o', (DOCUMENTS_URL, store) => {
  expect(loadConfig({ DOCUMENTS_URL }).documents.store).toEqual(store);
});
