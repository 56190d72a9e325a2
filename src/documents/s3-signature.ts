/** AWS Signature Version 4 of one request, https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
import { createHash, createHmac } from 'node:crypto';

export interface S3Credentials {
  keyId: string;
  secretKey: string;
  /** Of temporary credentials; null for lasting ones. */
  sessionToken: string | null;
}

export interface SignedRequest {
  method: string;
  /** Whole, its path already percent-encoded; no query is signed because none is sent. */
  url: URL;
  region: string;
  /** Milliseconds since 1970. */
  now: number;
  /** SHA-256 of the body, hex. */
  bodySha256: string;
  /** Further headers that are signed, names in lower case. */
  headers?: Readonly<Record<string, string>>;
}

/** SHA-256 of no body at all. */
export const NO_BODY = createHash('sha256').digest('hex');

/** The headers that sign the request, those that were given included; `host` is left to the client. */
export function signRequest(
  request: SignedRequest,
  credentials: S3Credentials,
): Record<string, string> {
  const { method, url, region, bodySha256 } = request;
  const at = new Date(request.now).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const token = credentials.sessionToken;
  const sent: Record<string, string> = {
    ...request.headers,
    'x-amz-content-sha256': bodySha256,
    'x-amz-date': at,
    ...(token !== null && { 'x-amz-security-token': token }),
  };
  const signed = Object.entries({ ...sent, host: url.host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const lines = signed.map(([name, value]) => `${name}:${value.trim()}\n`).join('');
  const canonical = [method, url.pathname, '', lines, names, bodySha256].join('\n');
  const scope = `${at.slice(0, 8)}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', at, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretKey}`);
  const signature = hmac(key, text).toString('hex');
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.keyId}/${scope},SignedHeaders=${names},Signature=${signature}`,
  };
}

/** `text` as one segment of a path, as AWS encodes it: everything but A-Z a-z 0-9 - _ . ~ */
export function encodeSegment(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
