/** The header by which a receiver knows that a delivery is genuine. */
import { createHmac } from 'node:crypto';

export interface Signing {
  key: string;
  /** Seconds since 1970. */
  t: number;
  body: Buffer;
  /** One digit of the signature is wrong. */
  isBad: boolean;
}

/** The value of `Calendly-Webhook-Signature`: HMAC-SHA256 over `t`, a dot, and the raw body (api.md §4). */
export function signatureOf({ key, t, body, isBad }: Signing): string {
  const hex = createHmac('sha256', key).update(`${t}.`).update(body).digest('hex');
  const last = Number.parseInt(hex.slice(-1), 16);
  const v1 = isBad ? `${hex.slice(0, -1)}${(last ^ 1).toString(16)}` : hex;
  return `t=${t},v1=${v1}`;
}
