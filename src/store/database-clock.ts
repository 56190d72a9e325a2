/** The database's clock without asking it each time: its distance from ours, measured now and then. */
import type { Clock } from '../base/time.ts';
import { type Timestamp, timestampToMs } from '../domain/timestamp.ts';
import type { Sql } from './db.ts';

export interface DatabaseClock {
  /** The database's time in milliseconds since 1970, as far as it is known. */
  now(): number;
  stop(): void;
}

const EVERY_MS = 30_000;
const QUESTIONS = 3;

/** Measures once, then every 30 s; between two measures both clocks are taken to run alike. */
export async function followDatabaseClock(sql: Sql, clock: Clock): Promise<DatabaseClock> {
  let offset = await measure();
  let stopped = false;
  let cancel = clock.after(EVERY_MS, again);
  return {
    now: () => Math.floor(clock.now() + offset),
    stop() {
      stopped = true;
      cancel();
    },
  };

  function again(): void {
    measure().then(
      (measured) => {
        offset = measured;
        if (!stopped) cancel = clock.after(EVERY_MS, again);
      },
      () => {
        // the database is away: the old distance is the best there is
        if (!stopped) cancel = clock.after(EVERY_MS, again);
      },
    );
  }

  /**
   * The middle of the question's way there and back is taken for the moment of the answer: the quicker
   * it came, the closer that is.
   */
  async function measure(): Promise<number> {
    let quickest = { took: Infinity, offset: 0 };
    for (let question = 0; question < QUESTIONS; question += 1) {
      const before = clock.now();
      const said = timestampToMs((await sql.clock()) as Timestamp);
      const took = clock.now() - before;
      if (took < quickest.took) quickest = { took, offset: said - before - took / 2 };
    }
    return quickest.offset;
  }
}
