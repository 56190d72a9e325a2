/** Clocks for clients that wait for nothing: pauses take no time, deadlines come when the test says so. */
import { systemClock, type Clock } from '../../src/base/time.ts';

/** A clock whose waits take no time: each moves it on by its length. */
export function createLeapingClock(): Clock {
  let leapt = 0;
  const leap = (ms: number): void => {
    leapt += Math.max(0, ms);
  };
  return {
    now: () => systemClock.now() + leapt,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      leap(ms);
      await systemClock.sleep(0, signal);
    },
    after(ms, run) {
      return systemClock.after(0, () => {
        leap(ms);
        run();
      });
    },
  };
}

export interface DeadlineClock extends Clock {
  /** Lets every deadline that is running come at once. */
  expire(): void;
}

/** Pauses take no time, deadlines (`after`) never come by themselves. */
export function createDeadlineClock(): DeadlineClock {
  const deadlines = new Set<() => void>();
  return {
    now: () => systemClock.now(),
    sleep: (_ms, signal) => systemClock.sleep(0, signal),
    after(_ms, run) {
      deadlines.add(run);
      return () => deadlines.delete(run);
    },
    expire() {
      const due = [...deadlines];
      deadlines.clear();
      for (const run of due) run();
    },
  };
}
