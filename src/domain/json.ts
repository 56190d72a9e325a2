/** JSON as data: its type, its canonical text, and the copy of it that PostgreSQL can hold. */
import { createHash } from 'node:crypto';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Deeper values are refused everywhere: JSON.stringify and PostgreSQL give up not far beyond. */
export const DEEPEST_JSON = 64;

/** One spelling for equal values: keys sorted, no spaces. Arrays keep their order. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** 132 bits of SHA-256 over the canonical text, as 22 URL-safe characters. */
export function hashJson(value: Json): string {
  return hashText(canonical(value));
}

/** The same hash over a text that is canonical already. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** Whether `value` has more than `levels` objects or arrays inside each other; looks no further down. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((item) => isDeeperThan(item, levels - 1));
}

/**
 * Text as PostgreSQL can hold it: U+0000 and lone surrogates become U+FFFD.
 * (text and jsonb refuse U+0000; jsonb refuses lone surrogates.)
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD');
}

/** `value` with every string and key made storable; the same object where nothing had to change. */
export function storableJson<T extends Json>(value: T): T {
  return storable(value) as T;
}

function storable(value: Json): Json {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) {
    const items: Json[] = value.map(storable);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (value !== null && typeof value === 'object') {
    let changed = false;
    const entries = Object.entries(value).map(([key, item]): [string, Json] => {
      const next: [string, Json] = [storableText(key), storable(item)];
      changed ||= next[0] !== key || next[1] !== item;
      return next;
    });
    return changed ? Object.fromEntries(entries) : value;
  }
  return value;
}
