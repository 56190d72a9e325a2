/** Throw-away certificates made for one test run: valid, expired, of another name. For tests only. */
import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export interface Certificate {
  key: string;
  cert: string;
}

export interface CertificateOptions {
  /** The one name it is for. */
  name: string;
  /** `YYMMDDhhmmssZ` (RFC 5280 §4.1.2.5.1). */
  notBefore?: string;
  notAfter?: string;
}

/** A self-signed X.509 certificate with its key, both as PEM. */
export function makeCertificate(options: CertificateOptions): Certificate {
  const { name, notBefore = '200101000000Z', notAfter = '491231235959Z' } = options;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const tbs = sequence(
    tagged(0xa0, integer(2)),
    integer(1),
    ECDSA_WITH_SHA256,
    commonName(name),
    sequence(utcTime(notBefore), utcTime(notAfter)),
    commonName(name),
    spkiOf(publicKey),
    tagged(0xa3, sequence(sequence(oid(0x55, 0x1d, 0x11), octets(altName(name))))),
  );
  const signature = sign('sha256', tbs, privateKey);
  const der = sequence(tbs, ECDSA_WITH_SHA256, tagged(0x03, Buffer.concat([ZERO, signature])));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`,
  };
}

const ZERO = Buffer.from([0]);
/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function commonName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(oid(0x55, 0x04, 0x03), tagged(0x0c, Buffer.from(name)))));
}

function altName(name: string): Buffer {
  return sequence(tagged(0x82, Buffer.from(name)));
}

function utcTime(text: string): Buffer {
  return tagged(0x17, Buffer.from(text));
}

function octets(content: Buffer): Buffer {
  return tagged(0x04, content);
}

function integer(value: number): Buffer {
  return tagged(0x02, Buffer.from([value]));
}

function oid(...bytes: number[]): Buffer {
  return tagged(0x06, Buffer.from(bytes));
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  const length = content.length;
  const head =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}
