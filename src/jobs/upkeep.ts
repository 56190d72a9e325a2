/** Housekeeping, once an hour: what the embedded database does not do by itself, and what has been kept long enough. */
import type { Log } from '../base/log.ts';
import type { Clock } from '../base/time.ts';
import { describeError } from '../domain/errors.ts';

/** 30 full rewrites of the rows grew an unvacuumed table fivefold; an hour has four slots. */
const EVERY_MS = 3_600_000;

export interface UpkeepTask {
  /** For the log, where it fails. */
  name: string;
  work(): Promise<unknown>;
}

export interface Upkeep {
  stop(): Promise<void>;
}

/** Does the tasks one after the other, every hour until it is stopped; one that fails keeps no other from its turn. */
export function startUpkeep(deps: {
  clock: Clock;
  log: Log;
  tasks: readonly UpkeepTask[];
}): Upkeep {
  const { clock, log, tasks } = deps;
  let stopped = false;
  let working = Promise.resolve();
  let cancel = clock.after(EVERY_MS, begin);
  return {
    async stop() {
      stopped = true;
      cancel();
      await working;
    },
  };

  function begin(): void {
    working = workAll();
  }

  async function workAll(): Promise<void> {
    for (const { name, work } of tasks) {
      if (stopped) return;
      try {
        await work();
      } catch (error) {
        log.warn('A task of the upkeep failed', { task: name, ...describeError(error) });
      }
    }
    if (!stopped) cancel = clock.after(EVERY_MS, begin);
  }
}
