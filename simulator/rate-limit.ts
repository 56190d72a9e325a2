/** Calendly's request limit: so many per user and minute, whatever token is used (api.md §5). */
import type { Clock } from './clock.ts';
import type { Tier } from './records.ts';

const WINDOW_MS = 60_000;
const PER_TIER: Record<Tier, number> = { free: 50, trial: 500, paid: 500 };

export interface Allowance {
  isRefused: boolean;
  headers: Record<string, string>;
}

export interface RateLimit {
  /** Counts one request of the user (`anonymous` for a bad token); refused ones cost nothing. */
  take(user: string, tier: Tier): Allowance;
  /** Requests refused so far, per user. */
  refused: Map<string, number>;
}

/** Limits by tier, or `override` requests a minute for everybody. Windows begin with a user's first request. */
export function createRateLimit(clock: Clock, override?: number): RateLimit {
  const windows = new Map<string, { endMs: number; used: number }>();
  const refused = new Map<string, number>();
  return {
    refused,
    take(user, tier) {
      const limit = override ?? PER_TIER[tier];
      const now = clock.now();
      let window = windows.get(user);
      if (window === undefined || now >= window.endMs || now < window.endMs - WINDOW_MS) {
        window = { endMs: now + WINDOW_MS, used: 0 };
        windows.set(user, window);
      }
      const isRefused = window.used >= limit;
      if (isRefused) refused.set(user, (refused.get(user) ?? 0) + 1);
      else window.used += 1;
      return {
        isRefused,
        headers: {
          'x-ratelimit-limit': String(limit),
          'x-ratelimit-remaining': String(limit - window.used),
          'x-ratelimit-reset': String(Math.max(1, Math.ceil((window.endMs - now) / 1000))),
          'x-ratelimit-tier': tier,
        },
      };
    },
  };
}
