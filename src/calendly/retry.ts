/** When a GET is sent again, and after how long: full jitter, or what a 429 asks for. */
import type { Random } from '../base/random.ts';
import { CalendlyError } from './errors.ts';

export interface RetryLimits {
  /** Requests for one GET, the first included. */
  tries: number;
  firstBackoffMs: number;
  longestBackoffMs: number;
}

export const RETRY_LIMITS: RetryLimits = {
  tries: 5,
  firstBackoffMs: 1000,
  longestBackoffMs: 30_000,
};

/** Added to a 429's wait, so that all who were refused do not come back at once. */
const LONGEST_JITTER_MS = 2000;

export interface Retry {
  /** The try that failed, from 1. */
  attempt: number;
  random: Random;
  limits: RetryLimits;
}

/** Milliseconds until the next try; `undefined` where there is none and `error` stands. */
export function retryWaitMs(
  error: unknown,
  { attempt, random, limits }: Retry,
): number | undefined {
  if (!(error instanceof CalendlyError) || !error.retry || attempt >= limits.tries)
    return undefined;
  if (error.retryAfterMs !== undefined) {
    return error.retryAfterMs + random.fraction() * LONGEST_JITTER_MS;
  }
  const ceiling = Math.min(limits.longestBackoffMs, limits.firstBackoffMs * 2 ** (attempt - 1));
  return random.fraction() * ceiling;
}
