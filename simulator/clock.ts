/** The simulator's time, handed in so that tests can live in virtual hours. */

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds; the answer cancels it. Left out: the machine's timers. */
  after?(ms: number, run: () => void): () => void;
}

/** The machine's own time. */
export const wallClock: Required<Clock> = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Calls `run` once after `ms` milliseconds of `clock`; the answer cancels it. */
export function runAfter(clock: Clock, ms: number, run: () => void): () => void {
  return clock.after === undefined ? wallClock.after(ms, run) : clock.after(ms, run);
}
