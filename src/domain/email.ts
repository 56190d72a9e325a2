/** E-mail addresses as identities: folded for comparing, never rewritten for showing. */
import { domainToUnicode } from 'node:url';

/**
 * The key that two spellings of one address share: trimmed, NFKC (full-width to plain), lower case, a domain in
 * its national spelling (`xn--` is the same name as mail servers write it).
 * Dots and plus tags stay: they are different addresses at most providers.
 * Answers `undefined` for what cannot be an address (no or two `@`, spaces, empty part, over 254 characters).
 */
export function emailKey(address: string | null | undefined): string | undefined {
  if (address === null || address === undefined) return undefined;
  const key = address.trim().normalize('NFKC').toLowerCase();
  if (key.length > 254 || !/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(key)) {
    return undefined;
  }
  return key.includes('@xn--') || key.includes('.xn--') ? inNationalSpelling(key) : key;
}

function inNationalSpelling(key: string): string {
  const at = key.indexOf('@');
  const domain = domainToUnicode(key.slice(at + 1));
  return domain === '' ? key : `${key.slice(0, at)}@${domain}`;
}

/** Whether Calendly put this address in place of an erased person or deleted user. */
export function isErasedAddress(key: string): boolean {
  return key.endsWith('@deleted.calendly.com');
}

/** Whether nobody reads mail sent to this address. */
export function isNoReplyAddress(key: string): boolean {
  return /^(no|do[-_.]?not)[-_.]?reply([+._-].*)?@/.test(key);
}
