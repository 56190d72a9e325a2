/** A delivery's bytes as an envelope: event, creator and payload, or the reason why it is none. */
import { z } from 'zod';
import type { JsonObject } from '../domain/json.ts';
import { DEEPEST_JSON, isDeeperThan } from '../domain/json.ts';
import { hasDuplicateKeys } from '../domain/json-text.ts';

export interface Envelope {
  event: string;
  /** URI of the subscription's creator; null where the delivery does not say. */
  createdBy: string | null;
  payload: JsonObject;
}

/** `empty`, `not_json`, `depth`, `dupkey`, `shape`: what is wrong with bytes that were genuinely signed. */
export type EnvelopeFault = 'empty' | 'not_json' | 'depth' | 'dupkey' | 'shape';

/** Printable ASCII: other or longer names are no events of Calendly's, and not every text can be kept. */
const EVENT = /^[\x21-\x7e]{1,100}$/;

const schema = z.object({
  event: z.string().regex(EVENT),
  created_by: z.string().nullish(),
  payload: z.record(z.string(), z.unknown()),
});

/** Reads a delivery's raw bytes. Never throws, whatever they are. */
export function readEnvelope(
  body: Uint8Array,
): { ok: true; envelope: Envelope } | { ok: false; fault: EnvelopeFault } {
  if (body.length === 0) return { ok: false, fault: 'empty' };
  const text = decode(body);
  if (text === undefined) return { ok: false, fault: 'not_json' };
  const value = parse(text);
  if (value === undefined) return { ok: false, fault: 'not_json' };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, fault: 'shape' };
  }
  if (isDeeperThan(value, DEEPEST_JSON)) return { ok: false, fault: 'depth' };
  if (hasDuplicateKeys(text)) return { ok: false, fault: 'dupkey' };
  const parsed = schema.safeParse(value);
  if (!parsed.success) return { ok: false, fault: 'shape' };
  const { event, created_by, payload } = parsed.data;
  return {
    ok: true,
    envelope: { event, createdBy: created_by ?? null, payload: payload as JsonObject },
  };
}

/** Strict UTF-8; a byte order mark counts as a fault, as it is none in JSON (RFC 8259 §8.1). */
function decode(body: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    return text.startsWith('\uFEFF') ? undefined : text;
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
