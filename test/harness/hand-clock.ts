/** A clock that a test moves by hand: sleepers wait until it comes to their time. */
import type { Clock } from '../../src/base/time.ts';

export interface HandClock extends Clock {
  /** Runs on by `ms`, waking each sleeper at its time; what a sleeper does next happens before the next one wakes. */
  advance(ms: number): Promise<void>;
  /** Jumps to `ms` since 1970, forwards or backwards, as a clock that is set or a machine that slept. */
  jump(ms: number): Promise<void>;
}

interface Sleeper {
  /** On the timers' own clock, which no setting of the time moves. */
  at: number;
  wake: () => void;
}

export function createHandClock(startMs: number): HandClock {
  let now = startMs;
  let elapsed = 0;
  const sleepers = new Set<Sleeper>();

  function after(ms: number, wake: () => void): () => void {
    const sleeper = { at: elapsed + Math.max(0, ms), wake };
    sleepers.add(sleeper);
    return () => sleepers.delete(sleeper);
  }

  return {
    now: () => now,
    after,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const cancel = after(ms, () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        });
        const onAbort = (): void => {
          cancel();
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    },
    async advance(ms) {
      const end = elapsed + ms;
      for (;;) {
        const [next] = [...sleepers].toSorted((a, b) => a.at - b.at);
        if (next === undefined || next.at > end) break;
        now += next.at - elapsed;
        elapsed = next.at;
        sleepers.delete(next);
        next.wake();
        await turn();
      }
      now += end - elapsed;
      elapsed = end;
      await turn();
    },
    async jump(ms) {
      now = ms;
      await turn();
    },
  };
}

/** Lets everything run that waits for nothing but its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
