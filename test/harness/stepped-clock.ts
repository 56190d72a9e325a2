/** A clock that a test moves by hand: timers fire when it is told that time passes, and never by themselves. */
import type { Clock } from '../../src/base/time.ts';

export interface SteppedClock extends Clock {
  /** Moves the time on and runs what is due meanwhile, in order of time. */
  pass(ms: number): void;
  /** Resolves once a timer of exactly this length is set, at once where there is one. */
  whenSet(ms: number): Promise<void>;
}

interface Timer {
  ms: number;
  due: number;
  run: () => void;
}

/** Begins at `start`, in milliseconds since 1970. */
export function steppedClock(start: number): SteppedClock {
  let now = start;
  const timers = new Set<Timer>();
  const waiting = new Set<() => void>();
  function after(ms: number, run: () => void): () => void {
    const timer = { ms, due: now + ms, run };
    timers.add(timer);
    for (const look of waiting) look();
    return () => timers.delete(timer);
  }
  return {
    now: () => now,
    after,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const cancel = after(ms, resolve);
        signal?.addEventListener(
          'abort',
          () => {
            cancel();
            reject(signal.reason);
          },
          { once: true },
        );
      });
    },
    pass(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.due);
        next.run();
      }
      now = end;
    },
    whenSet(ms) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (![...timers].some((timer) => timer.ms === ms)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
  };
}
