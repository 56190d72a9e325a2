/** A clock that stands still until it is moved: sleeping moves it, timers fire as it passes them. */
import type { Clock } from '../../src/base/time.ts';

export interface TestClock extends Clock {
  /** Moves on by `ms`, firing what falls due on the way in its order. */
  advance(ms: number): void;
  /** The lengths slept so far, in milliseconds. */
  readonly slept: readonly number[];
  /** Timers that have not fired and were not cancelled. */
  readonly pending: number;
}

/** A clock that reads `startMs` (default: some day of 2026). */
export function createTestClock(startMs = Date.UTC(2026, 2, 4, 9, 30)): TestClock {
  let now = startMs;
  const timers = new Set<{ at: number; run: () => void }>();
  const slept: number[] = [];

  function advance(ms: number): void {
    const end = now + ms;
    for (;;) {
      const [due] = [...timers].filter((timer) => timer.at <= end).toSorted((a, b) => a.at - b.at);
      if (due === undefined) break;
      timers.delete(due);
      now = Math.max(now, due.at);
      due.run();
    }
    now = end;
  }

  return {
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      advance(Math.max(0, ms));
    },
    after(ms, run) {
      const timer = { at: now + Math.max(0, ms), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance,
    slept,
    get pending() {
      return timers.size;
    },
  };
}
