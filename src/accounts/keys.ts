/** Random keys of cookies and links: what is handed out once, and the hash that is kept of it. */
import { createHash, createHmac } from 'node:crypto';

const KEY_BYTES = 32;
const KEY = /^[\w-]{43}$/;

/** A new key as text for a URL or a cookie. */
export function newKey(ids: { bytes(length: number): Uint8Array }): string {
  return Buffer.from(ids.bytes(KEY_BYTES)).toString('base64url');
}

/** What is kept of a key; undefined for a text that is none. */
export function hashKey(key: string): Uint8Array | undefined {
  if (!KEY.test(key)) return undefined;
  return new Uint8Array(createHash('sha256').update(key).digest());
}

/** The token that a page of ours sends back beside the cookie: who has only the cookie sent cannot know it. */
export function csrfTokenOf(key: string): string {
  return createHmac('sha256', key).update('calendly-sync csrf').digest('base64url');
}
