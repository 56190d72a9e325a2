/** JSON as data: its type, its canonical text, and the copy of it that PostgreSQL can hold. */
import { hash } from 'node:crypto';

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

/** One spelling for equal values: keys sorted by UTF-16 code unit, no spaces. Arrays keep their order. */
export function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = '';
  if (isList(value)) {
    for (const item of value) text += text === '' ? canonical(item) : `,${canonical(item)}`;
    return `[${text}]`;
  }
  for (const { key, quoted } of sortedKeys(value)) {
    text += `${text === '' ? '' : ','}${quoted}:${canonical(value[key] ?? null)}`;
  }
  return `{${text}}`;
}

interface Key {
  key: string;
  quoted: string;
}

/** Things of one kind have the same keys: sorting them once is half the work of the canonical text. */
const knownKeys = new Map<string, readonly Key[]>();
const MOST_KNOWN = 500;
const LONGEST_KNOWN = 2000;

function sortedKeys(value: JsonObject): readonly Key[] {
  const keys = Object.keys(value);
  const name = JSON.stringify(keys);
  const known = knownKeys.get(name);
  if (known !== undefined) return known;
  const sorted = keys.sort().map((key) => ({ key, quoted: JSON.stringify(key) }));
  // Keys come from outside: what is kept of them has an end.
  if (knownKeys.size < MOST_KNOWN && name.length <= LONGEST_KNOWN) knownKeys.set(name, sorted);
  return sorted;
}

/** 132 bits of SHA-256 over the canonical text, as 22 URL-safe characters. */
export function hashJson(value: Json): string {
  return hashText(canonical(value));
}

/** The same hash over a text that is canonical already. */
export function hashText(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
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
  if (text.isWellFormed() && !text.includes('\u0000')) return text;
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD');
}

/** `value` with every string and key made storable; the same object where nothing had to change. */
export function storableJson<T extends Json>(value: T): T {
  return storable(value) as T;
}

function storable(value: Json): Json {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) {
    const items = value.map(storable);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const keys = Object.keys(value);
  const items = keys.map((key) => storable(value[key] ?? null));
  const changed = keys.some(
    (key, index) => storableText(key) !== key || items[index] !== value[key],
  );
  if (!changed) return value;
  // fromEntries defines keys, so that one named __proto__ stays data.
  return Object.fromEntries(keys.map((key, index) => [storableText(key), items[index] ?? null]));
}

/** Array.isArray, which knows nothing of read-only lists. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
