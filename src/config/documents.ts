/** The settings of documents: where their bytes are, and how many. */
import { plainText, wholeNumber } from './parsers.ts';
import type { Reader } from './reader.ts';
import { secretText } from './secrets.ts';
import { bad, defaulted, optional, secret, type Read } from './setting.ts';
import type { DocumentsConfig, DocumentStore } from './shape.ts';
import { documentPlace, httpBase } from './urls.ts';

const MEBIBYTE = 1024 * 1024;
/** The most that S3 takes in one request. */
const S3_MOST_MEBIBYTES = 5 * 1024;
const group = 'Documents';

export const documentSettings = {
  url: optional({
    name: 'DOCUMENTS_URL',
    group,
    doc: 'Where documents are kept: file:FOLDER (file: alone: under DATA_DIR), or s3://bucket/prefix with the AWS variables below.',
    example: 'file:',
    parse: documentPlace,
  }),
  maxMegabytes: defaulted({
    name: 'DOCUMENT_MAX_MB',
    group,
    doc: 'The largest document, in MiB.',
    fallback: '50',
    parse: wholeNumber(1, 10_240),
  }),
  quotaMegabytes: optional({
    name: 'WORKSPACE_QUOTA_MB',
    group,
    doc: 'All documents of one workspace together, in MiB; no limit where missing.',
    example: '10000',
    parse: wholeNumber(1, 100_000_000),
  }),
  keyId: optional({
    name: 'AWS_ACCESS_KEY_ID',
    group,
    doc: 'For s3: the id of the access key.',
    example: 'AKIA…',
    parse: plainText,
  }),
  secretKey: secret({
    name: 'AWS_SECRET_ACCESS_KEY',
    group,
    doc: 'For s3: the access key itself.',
    example: 'from your provider',
    parse: secretText,
  }),
  sessionToken: secret({
    name: 'AWS_SESSION_TOKEN',
    group,
    doc: 'For s3: the token of temporary keys.',
    example: 'from your provider',
    parse: secretText,
  }),
  region: defaulted({
    name: 'AWS_REGION',
    group,
    doc: 'For s3: the region of the bucket.',
    fallback: 'us-east-1',
    parse: regionName,
  }),
  endpoint: optional({
    name: 'AWS_ENDPOINT_URL',
    group,
    doc: 'For s3: the base address of a store that is not AWS’s own; the bucket follows in the path.',
    example: 'https://minio.example.com',
    parse: httpBase,
  }),
};

/** The documents group. AWS’s variables are looked at only where documents are kept in S3. */
export function readDocuments(reader: Reader): DocumentsConfig {
  const quota = reader.maybe(documentSettings.quotaMegabytes);
  const max = reader.value(documentSettings.maxMegabytes);
  if (quota !== null && quota < max) {
    reader.fault('WORKSPACE_QUOTA_MB', 'must not be below DOCUMENT_MAX_MB');
  }
  const place = reader.maybe(documentSettings.url) ?? { kind: 'disk', dir: null };
  if (place.kind === 's3' && max > S3_MOST_MEBIBYTES) {
    reader.fault(
      'DOCUMENT_MAX_MB',
      `must be at most ${S3_MOST_MEBIBYTES} where documents are in S3`,
    );
  }
  return {
    store: place.kind === 'disk' ? place : readS3(reader, place),
    maxBytes: max * MEBIBYTE,
    quotaBytes: quota === null ? null : quota * MEBIBYTE,
  };
}

function readS3(reader: Reader, place: { bucket: string; prefix: string }): DocumentStore {
  const region = reader.value(documentSettings.region);
  const keyId = reader.maybe(documentSettings.keyId);
  const secretKey = reader.maybe(documentSettings.secretKey);
  const missing = 'is required where DOCUMENTS_URL is an s3:// address';
  if (keyId === null) reader.fault('AWS_ACCESS_KEY_ID', missing);
  if (secretKey === null) reader.fault('AWS_SECRET_ACCESS_KEY', missing);
  // What is missing is a fault already: nobody gets to see this then.
  if (keyId === null || secretKey === null) return { kind: 'disk', dir: null };
  return {
    kind: 's3',
    ...place,
    region,
    endpoint: reader.maybe(documentSettings.endpoint) ?? `https://s3.${region}.amazonaws.com`,
    keyId,
    secretKey,
    sessionToken: reader.maybe(documentSettings.sessionToken),
  };
}

function regionName(text: string): Read<string> {
  return /^[a-z0-9-]{2,40}$/.test(text)
    ? { ok: true, value: text }
    : bad('must be the name of a region, for example eu-central-1');
}
