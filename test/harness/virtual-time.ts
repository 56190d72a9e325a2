/** Time that only a test moves: one for database, simulated Calendly and verdicts, never twice the same moment. */
import { systemClock } from '../../src/base/time.ts';
import { timestampFromMs } from '../../src/domain/timestamp.ts';

export interface VirtualTime {
  /** Milliseconds since 1970; every look at it moves it on by one. */
  now(): number;
  /** As the database's clock says it. */
  stamp(): Promise<string>;
  pass(ms: number): void;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Begins at the machine's own present, rounded to a quarter of an hour, unless told otherwise. */
export function createVirtualTime(
  startMs = Math.floor(systemClock.now() / (15 * MINUTE_MS)) * 15 * MINUTE_MS,
): VirtualTime {
  let ms = startMs;
  const now = (): number => (ms += 1);
  return {
    now,
    stamp: () => Promise.resolve(timestampFromMs(now())),
    pass(by) {
      ms += by;
    },
  };
}
