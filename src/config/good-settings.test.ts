/** Values at the edge of what a setting takes are taken. */
import { expect, test } from 'vitest';
import { loadConfig } from '../config.ts';

const KEY = { AWS_ACCESS_KEY_ID: 'AKIAPAPERS', AWS_SECRET_ACCESS_KEY: 'of-the-bucket' };

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
  { DOCUMENTS_URL: 's3://papers', ...KEY },
  { DOCUMENTS_URL: 's3://papers', ...KEY, AWS_ENDPOINT_URL: 'http://127.0.0.1:9000' },
  {
    DOCUMENTS_URL: 's3://papers',
    ...KEY,
    AWS_SESSION_TOKEN: 'of an hour',
    DOCUMENT_MAX_MB: '5120',
  },
  // Somebody else's: looked at only where documents are in S3.
  { AWS_REGION: 'Nowhere!', AWS_ENDPOINT_URL: 'x' },
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
  expect(loadConfig({ DOCUMENTS_URL, ...KEY }).documents.store).toMatchObject(store);
});

test('a bucket is AWS’s own in its region unless another address is named', () => {
  const DOCUMENTS_URL = 's3://papers';
  expect(loadConfig({ DOCUMENTS_URL, ...KEY }).documents.store).toMatchObject({
    region: 'us-east-1',
    endpoint: 'https://s3.us-east-1.amazonaws.com',
    sessionToken: null,
  });
  const elsewhere = { AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL: 'https://minio.example.com/' };
  expect(loadConfig({ DOCUMENTS_URL, ...KEY, ...elsewhere }).documents.store).toMatchObject({
    region: 'eu-central-1',
    endpoint: 'https://minio.example.com',
  });
});
