/** Calendly's webhook signature: `t=SECONDS,v1=HEX` over the raw bytes, checked in constant time. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface SignatureHeader {
  /** The signature's own time, in seconds since 1970. */
  t: string;
  /** One to three MACs: several while Calendly changes keys. */
  v1: Buffer[];
}

const MAC_BYTES = 32;
const MOST_MACS = 3;

/**
 * Reads the header `Calendly-Webhook-Signature`. Exact in syntax: one `t` of 1 to 12 digits, one to three
 * `v1` of 64 hex digits (either case), other keys ignored, no spaces. `undefined` for all else, and for
 * two headers. (https://developer.calendly.com/api-docs/webhook-signatures)
 */
export function parseSignature(
  header: string | readonly string[] | undefined,
): SignatureHeader | undefined {
  if (typeof header !== 'string') return undefined;
  const times: string[] = [];
  const macs: Buffer[] = [];
  for (const part of header.split(',')) {
    const match = /^([a-z][a-z0-9]{0,15})=([A-Za-z0-9+/=_-]*)$/.exec(part);
    if (match === null) return undefined;
    const [, key, value = ''] = match;
    if (key === 't') {
      if (!/^[1-9]\d{0,11}$/.test(value)) return undefined;
      times.push(value);
    } else if (key === 'v1') {
      if (!/^[0-9a-fA-F]{64}$/.test(value)) return undefined;
      macs.push(Buffer.from(value, 'hex'));
    }
  }
  const [t] = times;
  if (t === undefined || times.length !== 1) return undefined;
  if (macs.length === 0 || macs.length > MOST_MACS) return undefined;
  return { t, v1: macs };
}

/**
 * Whether any of the header's MACs was made over these bytes with one of `keys`. Every key and MAC is
 * compared, whatever the outcome of the others. An empty key never matches.
 */
export function isSigned(
  signature: SignatureHeader,
  body: Uint8Array,
  keys: readonly (string | Uint8Array)[],
): boolean {
  let matches = false;
  for (const key of keys) {
    if (key.length === 0) continue;
    const mac = createHmac('sha256', key).update(`${signature.t}.`).update(body).digest();
    for (const given of signature.v1) {
      if (given.length === MAC_BYTES && timingSafeEqual(mac, given)) matches = true;
    }
  }
  return matches;
}
