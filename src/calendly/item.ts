/** One item of an answer on its way into the domain: made storable, checked, or set aside with a reason. */
import type { z } from 'zod';

import type { Json, JsonObject } from '../domain/json.ts';
import {
  canonical,
  DEEPEST_JSON,
  hashText,
  isDeeperThan,
  storableJson,
  storableText,
} from '../domain/json.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import { timestampFromMs, timestampToMs } from '../domain/timestamp.ts';
import { LONGEST_URI } from './uri.ts';

export interface ReadContext {
  /** `api`: a GET of ours; `delivery`: a webhook's payload, which carries fewer fields. */
  from: 'api' | 'delivery';
  /** The clock that Calendly's `updated_at` is held against, in milliseconds since 1970. */
  nowMs: number;
}

/**
 * A read item, or what is kept of one that could not be read: `key` is its URI (or a hash where it
 * has none), `reason` names the field and holds nobody's data, `rawText` is its JSON.
 */
export type Parsed<T> = { ok: true; value: T } | Unread;

export interface Unread {
  ok: false;
  key: string;
  reason: string;
  rawText: string;
}

export interface Item {
  raw: JsonObject;
  rawExact: string | null;
  fullHash: string;
  flags: string[];
}

/** Larger items are set aside: no honest meeting or invitee comes near. */
const LARGEST_ITEM = 1024 * 1024;
/** How much of an unreadable item is kept for the operator. */
const LONGEST_RAW_TEXT = 64 * 1024;
const FUTURE_TOLERANCE_MS = 5 * 60_000;

/** Reads `value` by `schema` and hands both to `build`. Never throws, whatever JSON `value` is. */
export function readItem<Schema extends z.ZodType, T>(
  value: unknown,
  schema: Schema,
  build: (wire: z.output<Schema>, item: Item) => T,
): Parsed<T> {
  if (!isJsonObject(value)) return setAside(value, 'the item is no object');
  if (isDeeperThan(value, DEEPEST_JSON)) {
    return setAside(value, `the item is nested deeper than ${DEEPEST_JSON} levels`);
  }
  const exact = canonical(value);
  if (exact.length > LARGEST_ITEM) return setAside(value, 'the item is larger than 1 MiB');
  const raw = storableJson(value);
  const parsed = schema.safeParse(raw);
  if (!parsed.success) return setAside(value, reasonOf(parsed.error));
  const replaced = raw !== value;
  const item: Item = {
    raw,
    rawExact: replaced ? JSON.stringify(value) : null,
    fullHash: hashText(exact),
    flags: replaced ? ['text_replaced'] : [],
  };
  return { ok: true, value: build(parsed.data, item) };
}

/** Calendly's `updated_at`, held to `nowMs` (and flagged) where it lies more than five minutes ahead. */
export function heldToNow(updatedAt: Timestamp, nowMs: number, flags: string[]): Timestamp {
  if (timestampToMs(updatedAt) <= nowMs + FUTURE_TOLERANCE_MS) return updatedAt;
  flags.push('updated_in_future');
  return timestampFromMs(nowMs);
}

/** The refusal of an item for a reason that only the caller can see. */
export function setAside(value: unknown, reason: string): Unread {
  const whole = JSON.stringify(pruned(value, DEEPEST_JSON));
  const rawText = storableText(whole.slice(0, LONGEST_RAW_TEXT));
  const uri = isJsonObject(value) ? value['uri'] : undefined;
  const named = typeof uri === 'string' && uri !== '' && uri.length <= LONGEST_URI;
  return {
    ok: false,
    key: named ? storableText(uri) : hashText(whole),
    reason,
    rawText,
  };
}

function reasonOf(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'the item has another shape';
  return `${issue.path.map(String).join('.')}: ${issue.message}`;
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy that JSON.stringify cannot choke on: what lies deeper than `levels` becomes a mark. */
function pruned(value: unknown, levels: number): Json {
  if (typeof value !== 'object' || value === null) return plain(value);
  if (levels === 0) return '(deeper levels left out)';
  if (Array.isArray(value)) return value.map((item) => pruned(item, levels - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, pruned(item, levels - 1)]),
  );
}

function plain(value: unknown): Json {
  return typeof value === 'string' ||
    typeof value === 'boolean' ||
    typeof value === 'number' ||
    value === null
    ? value
    : null;
}
