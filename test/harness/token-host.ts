/** A host application that signs tokens: a secret, or a key set on a port with faults as data. */
import {
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign as signBytes,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Claims = Readonly<Record<string, unknown>>;

export const ISSUER = 'https://host.example.com/auth/v1';
export const AUDIENCE = 'authenticated';

/** Base64url of JSON; `"@1e400"` becomes the number that JSON.stringify cannot write. */
export function part(value: unknown): string {
  const json = JSON.stringify(value).replaceAll('"@1e400"', '1e400');
  return Buffer.from(json).toString('base64url');
}

/** Claims with nothing wrong, of a new subject. */
export function goodClaims(nowMs: number): Record<string, unknown> {
  const iat = Math.floor(nowMs / 1000);
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: randomUUID(),
    role: 'authenticated',
    session_id: randomUUID(),
    email: 'somebody@example.com',
    iat,
    exp: iat + 3600,
  };
}

export function signHmac(claims: Claims, secret: Uint8Array | string, header: Claims = {}): string {
  const alg = String(header['alg'] ?? 'HS256');
  const hash = { HS384: 'sha384', HS512: 'sha512' }[alg] ?? 'sha256';
  const signed = `${part({ alg: 'HS256', typ: 'JWT', ...header })}.${part(claims)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

export interface PublishedKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  alg: 'ES256' | 'RS256';
}

export function makeKey(kid: string, alg: PublishedKey['alg']): PublishedKey {
  const pair =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, alg, ...pair };
}

export function signWith(key: PublishedKey, claims: Claims, header: Claims = {}): string {
  const signed = `${part({ alg: key.alg, typ: 'JWT', kid: key.kid, ...header })}.${part(claims)}`;
  const signer = { key: key.privateKey, dsaEncoding: 'ieee-p1363' as const };
  return `${signed}.${signBytes('sha256', Buffer.from(signed), signer).toString('base64url')}`;
}

export interface KeySetServer {
  url: string;
  /** How often it was asked. */
  asked: number;
  keys: PublishedKey[];
  /** What it does instead of answering with the keys. */
  fault: 'none' | 'error' | 'huge' | 'silent' | 'down' | 'redirect' | 'nonsense';
  close(): Promise<void>;
}

export async function startKeySetServer(keys: PublishedKey[]): Promise<KeySetServer> {
  const server = createServer((_request, response) => {
    host.asked += 1;
    if (host.fault === 'silent') return;
    if (host.fault === 'down') return void response.destroy();
    if (host.fault === 'error') response.writeHead(500).end();
    else if (host.fault === 'redirect') response.writeHead(302, { location: '/other' }).end();
    else if (host.fault === 'nonsense') response.end('<html>');
    else if (host.fault === 'huge') response.end(`{"keys":[],"x":"${'x'.repeat(400_000)}"}`);
    else response.end(JSON.stringify({ keys: host.keys.map(publish) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host: KeySetServer = {
    url: `http://127.0.0.1:${port}/jwks.json`,
    asked: 0,
    keys,
    fault: 'none',
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return host;
}

function publish({ kid, alg, publicKey }: PublishedKey): Claims {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}
