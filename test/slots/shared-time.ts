/** One true time for several machines: each has a clock that can be set, can be frozen and can die. */
import type { Clock } from '../../src/base/time.ts';

/** What happens to the timers of a machine that stands still: they run on (SIGSTOP), or stand still too (sleep). */
export type Standstill = 'stopped' | 'asleep';

export interface Machine {
  readonly clock: Clock;
  /** Sets its clock to the true time plus `ms`; timers know nothing of it. */
  set(ms: number): void;
  freeze(how: Standstill): void;
  thaw(): void;
  /** No timer of it ever fires again. */
  die(): void;
}

export interface SharedTime {
  /** True milliseconds since 1970: the database's. */
  now(): number;
  machine(): Machine;
  /** Time stands still until `work` is done. */
  holding<T>(work: Promise<T>): Promise<T>;
  /** Calls `run` at `at`, once all timers of that moment have fired and nothing goes on any more. */
  plan(at: number, run: () => unknown): void;
  /** Lets time go on to `ms` since 1970, from timer to timer. */
  passTo(ms: number): Promise<void>;
}

interface Timer {
  at: number;
  wake: () => void;
}

interface Plan {
  at: number;
  run: () => unknown;
}

export function createSharedTime(startMs: number): SharedTime {
  let now = startMs;
  let held = 0;
  let released: (() => void) | undefined;
  const machines = new Set<Map<symbol, Timer>>();
  const plans: Plan[] = [];

  /** Until nothing waits for anything but time. */
  async function quiet(): Promise<void> {
    do {
      if (held > 0) {
        await new Promise<void>((resolve) => {
          released = resolve;
        });
      }
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    } while (held > 0);
  }

  function nextTimer(): number {
    let next = Infinity;
    for (const timers of machines) {
      for (const { at } of timers.values()) if (at < next) next = at;
    }
    return next;
  }

  /** All that are due at the same moment wake together: who comes first is for the database to say. */
  function wakeAll(): void {
    for (const timers of machines) {
      for (const [key, { at, wake }] of timers) {
        if (at > now) continue;
        timers.delete(key);
        wake();
      }
    }
  }

  return {
    now: () => now,
    async holding(work) {
      held += 1;
      try {
        return await work;
      } finally {
        held -= 1;
        if (held === 0) released?.();
      }
    },
    plan(at, run) {
      plans.push({ at, run });
      plans.sort((a, b) => a.at - b.at);
    },
    async passTo(end) {
      await quiet();
      for (;;) {
        const timer = nextTimer();
        const plan = plans[0];
        const next = Math.min(timer, plan?.at ?? Infinity);
        if (next > end) break;
        now = Math.max(now, next);
        if (timer <= next) {
          wakeAll();
        } else {
          plans.shift();
          await plan?.run();
        }
        await quiet();
      }
      now = end;
    },
    machine: () => createMachine(() => now, machines),
  };
}

function createMachine(trueNow: () => number, machines: Set<Map<symbol, Timer>>): Machine {
  const timers = new Map<symbol, Timer>();
  let skew = 0;
  let frozen: { how: Standstill; since: number } | undefined;
  machines.add(timers);

  function after(ms: number, wake: () => void): () => void {
    const key = Symbol('timer');
    timers.set(key, { at: trueNow() + Math.max(0, Math.ceil(ms)), wake });
    return () => timers.delete(key);
  }

  return {
    clock: {
      now: () => trueNow() + skew,
      after,
      sleep(ms, signal) {
        return new Promise((resolve, reject) => {
          if (signal?.aborted === true) return reject(signal.reason);
          const cancel = after(ms, () => {
            signal?.removeEventListener('abort', stop);
            resolve();
          });
          const stop = (): void => {
            cancel();
            reject(signal?.reason);
          };
          signal?.addEventListener('abort', stop, { once: true });
        });
      },
    },
    set(ms) {
      skew = ms;
    },
    freeze(how) {
      frozen = { how, since: trueNow() };
      machines.delete(timers);
    },
    thaw() {
      if (frozen === undefined) return;
      const missed = frozen.how === 'asleep' ? trueNow() - frozen.since : 0;
      for (const timer of timers.values()) timer.at += missed;
      frozen = undefined;
      machines.add(timers);
    },
    die() {
      machines.delete(timers);
      timers.clear();
    },
  };
}
