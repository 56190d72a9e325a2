/** The gate before every request: our share of the limit that a Calendly user's tools all live on. */
import type { Random } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import type { Ledger } from './ledger.ts';
import { createPermits } from './permits.ts';
import type { Headers } from './rate-limit.ts';
import { rateLimitOf, retryAfterMsOf } from './rate-limit.ts';

export interface Gate {
  /** Resolves, in order of asking, when a request may be sent; rejects with the signal's reason. */
  enter(signal?: AbortSignal): Promise<void>;
  /** Tells the gate what an answer said of the limit; a 429 shuts it until the announced reset. */
  heard(status: number, headers: Headers): void;
  /** `limit`: Calendly's, a minute · `left`: of it, as far as known · `used`: by us in the last 60 s. */
  state(): { limit: number; left: number; used: number };
  /** Gives permits that were not used back to the other processes and tells them what was heard. Never rejects. */
  settle(): Promise<void>;
}

export interface GateOptions {
  clock: Clock;
  random: Random;
  /** SYNC_RATE_SHARE, in (0, 1]. */
  share: number;
  /** Requests a minute that are ours whatever others use; defaults 5 and, on free plans, 2. */
  floor?: number | undefined;
  freeFloor?: number | undefined;
  /** What the processes share; without it, and while it cannot be asked, this process's count alone decides. */
  ledger?: Ledger | undefined;
}

interface Waiter {
  admit: () => void;
}

const WINDOW_MS = 60_000;
/** Free plans have 50 a minute; it is also what is assumed until the first answer. */
const FREE_LIMIT = 50;
const LONGEST_JITTER_MS = 1000;

/**
 * One gate for each Calendly user and process. In any 60 s at most floor(limit × share) requests pass,
 * with a ledger through the gates of all processes together.
 */
export function createGate(options: GateOptions): Gate {
  const { clock, random, share, floor = 5, freeFloor = 2 } = options;
  const waiting = new Set<Waiter>();
  const sent: number[] = [];
  let limit = FREE_LIMIT;
  let known: { left: number; until: number } | undefined;
  let crowdedUntil = 0;
  let crowdedCap = 0;
  let shutUntil = 0;
  let latest = 0;
  let cancelTimer: (() => void) | undefined;
  const permits =
    options.ledger &&
    createPermits({
      clock,
      ledger: options.ledger,
      rule: { share, floor, freeFloor, freeLimit: FREE_LIMIT },
      used: usedAt,
      shutMs: (now) => Math.max(0, shutUntil - now),
      learned: (heard) => (limit = heard),
      ready: serve,
    });

  return {
    enter(signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          waiting.delete(waiter);
          reject(signal?.reason);
          // With nobody waiting no timer may keep the process alive.
          serve();
        };
        const waiter: Waiter = {
          admit() {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        waiting.add(waiter);
        serve();
      });
    },
    heard(status, headers) {
      const now = nowOf();
      const said = rateLimitOf(headers);
      limit = said.limit ?? limit;
      const wasCrowded = crowdedUntil > now;
      if (said.remaining !== undefined) {
        known = { left: said.remaining, until: now + said.resetMs };
        // What is left and what we used do not make up our share: others took the rest.
        const crowded = said.remaining + usedAt(now) < allowance();
        crowdedUntil = crowded ? now + said.resetMs : 0;
        // our share of what they left, so that neither side starves
        crowdedCap = usedAt(now) + Math.floor(said.remaining * share);
        if (said.remaining === 0) shut(now + said.resetMs);
      }
      if (status === 429) shut(now + retryAfterMsOf(headers, now));
      permits?.heard(
        { limit: said.limit ?? null, left: said.remaining ?? null, resetMs: said.resetMs },
        now,
        shutUntil > now || (crowdedUntil > now && !wasCrowded),
      );
      serve();
    },
    state() {
      const now = nowOf();
      const used = usedAt(now);
      const left = known !== undefined && known.until > now ? known.left : limit - used;
      return { limit, left: Math.max(0, left), used };
    },
    settle: () => permits?.settle() ?? Promise.resolve(),
  };

  function serve(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    for (const waiter of waiting) {
      const now = nowOf();
      const ownWaitMs = waitAt(now);
      if (ownWaitMs > 0) permits?.pause();
      const waitMs = ownWaitMs || (permits?.take(now, waiting.size) ?? 0);
      if (waitMs === 'asking') return;
      if (waitMs > 0) {
        cancelTimer = clock.after(waitMs, serve);
        return;
      }
      waiting.delete(waiter);
      sent.push(now);
      waiter.admit();
    }
  }

  /** A clock that was set back would shut the gate for as long: what was timed by it is forgotten. */
  function nowOf(): number {
    const now = clock.now();
    if (now < latest - WINDOW_MS) {
      sent.length = 0;
      known = undefined;
      crowdedUntil = 0;
      shutUntil = 0;
      permits?.forget();
    }
    latest = now;
    return now;
  }

  function waitAt(now: number): number {
    if (shutUntil > now) return shutUntil - now;
    const used = usedAt(now);
    const cap = crowdedUntil > now ? Math.max(lowest(), crowdedCap) : allowance();
    if (used < cap) return 0;
    // The request whose leaving the window brings us under the cap; a crowd's end may come first.
    const leaves = (sent[used - cap] ?? now) + WINDOW_MS - now;
    return crowdedUntil > now ? Math.min(leaves, crowdedUntil - now) : leaves;
  }

  function shut(until: number): void {
    shutUntil = Math.max(shutUntil, until + random.fraction() * LONGEST_JITTER_MS);
  }

  function usedAt(now: number): number {
    while (sent[0] !== undefined && sent[0] <= now - WINDOW_MS) sent.shift();
    return sent.length;
  }

  function allowance(): number {
    return Math.max(lowest(), Math.floor(limit * share));
  }

  function lowest(): number {
    return limit <= FREE_LIMIT ? freeFloor : floor;
  }
}
