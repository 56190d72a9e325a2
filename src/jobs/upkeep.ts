/** Housekeeping of the embedded database, which vacuums nothing by itself; a server needs none. */
import type { Log } from '../base/log.ts';
import type { Clock } from '../base/time.ts';
import { describeError } from '../domain/errors.ts';
import type { Db } from '../store/db.ts';

/** 30 full rewrites of the rows grew an unvacuumed table fivefold; an hour has four slots. */
const EVERY_MS = 3_600_000;

export interface Upkeep {
  stop(): Promise<void>;
}

/** Does it every hour until it is stopped. */
export function startUpkeep(deps: { db: Db; clock: Clock; log: Log }): Upkeep {
  const { clock, db, log } = deps;
  let stopped = false;
  let working = Promise.resolve();
  let cancel = clock.after(EVERY_MS, work);
  return {
    async stop() {
      stopped = true;
      cancel();
      await working;
    },
  };

  function work(): void {
    working = db
      .upkeep()
      .catch((error: unknown) => {
        log.warn('The upkeep of the database failed', { ...describeError(error) });
      })
      .then(() => {
        if (!stopped) cancel = clock.after(EVERY_MS, work);
      });
  }
}
