/** Calendly's rate-limit headers as numbers: seconds, not epochs, and absurd ones made harmless. */

/** Header names in lower case, as undici gives them. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface RateLimit {
  /** Requests a minute for this Calendly user; `undefined` where not said or absurd. */
  limit: number | undefined;
  remaining: number | undefined;
  /** Milliseconds until the window starts anew. */
  resetMs: number;
}

const SHORTEST_WAIT_S = 1;
const LONGEST_WAIT_S = 900;
/** What Calendly documents as typical, and what is taken where it says nothing usable. */
const USUAL_WAIT_S = 60;
/** Beyond a day a number is no wait: an epoch, or nonsense. */
const ABSURD_WAIT_S = 86_400;
const HIGHEST_LIMIT = 1_000_000_000;

/** Reads `X-RateLimit-Limit`, `-Remaining`, `-Reset` (https://developer.calendly.com/rate-limits). */
export function rateLimitOf(headers: Headers): RateLimit {
  const limit = numberOf(headers['x-ratelimit-limit']);
  const remaining = numberOf(headers['x-ratelimit-remaining']);
  return {
    limit: limit !== undefined && limit >= 1 && limit <= HIGHEST_LIMIT ? limit : undefined,
    remaining: remaining !== undefined && remaining <= HIGHEST_LIMIT ? remaining : undefined,
    resetMs: waitOf(numberOf(headers['x-ratelimit-reset'])) ?? USUAL_WAIT_S * 1000,
  };
}

/**
 * How long a 429 asks to wait, in milliseconds: `X-RateLimit-Reset`, else `Retry-After` (seconds or
 * an HTTP date, held against the answer's own `Date` where it has one), else a minute; 1 s to 15 min.
 */
export function retryAfterMsOf(headers: Headers, nowMs: number): number {
  const reset = waitOf(numberOf(headers['x-ratelimit-reset']));
  if (reset !== undefined) return reset;
  const retryAfter = firstOf(headers['retry-after']);
  const seconds = numberOf(retryAfter);
  if (seconds !== undefined) return waitOf(seconds) ?? USUAL_WAIT_S * 1000;
  const at = dateMsOf(retryAfter);
  if (at === undefined) return USUAL_WAIT_S * 1000;
  const from = dateMsOf(headers['date']) ?? nowMs;
  return waitOf(Math.max(0, (at - from) / 1000)) ?? USUAL_WAIT_S * 1000;
}

/** An HTTP date (RFC 9110 §5.6.7, the preferred form only) in milliseconds since 1970. */
export function dateMsOf(header: string | readonly string[] | undefined): number | undefined {
  const text = firstOf(header);
  if (text === undefined || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(text)) {
    return undefined;
  }
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function waitOf(seconds: number | undefined): number | undefined {
  if (seconds === undefined || seconds > ABSURD_WAIT_S) return undefined;
  return Math.min(Math.max(seconds, SHORTEST_WAIT_S), LONGEST_WAIT_S) * 1000;
}

function numberOf(header: string | readonly string[] | undefined): number | undefined {
  const text = firstOf(header)?.trim();
  return text !== undefined && /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}

function firstOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}
