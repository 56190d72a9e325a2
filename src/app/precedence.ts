/** Deliveries that are taken in go before those that are worked: both share one process and one database. */
import type { Clock } from '../base/time.ts';

export interface Precedence {
  /** Runs what goes first. */
  first<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves in the first pause of what goes first, and after a moment in any case: nothing is put off for ever. */
  giveWay(): Promise<void>;
}

/** Between the deliveries of a burst there are shorter pauses. */
const PAUSE_MS = 3;
/** A quarter of a second at most. */
const MOST_LOOKS = 83;

export function createPrecedence(clock: Pick<Clock, 'now' | 'sleep'>): Precedence {
  let underWay = 0;
  let endedAt = Number.NEGATIVE_INFINITY;

  function isBusy(): boolean {
    return underWay > 0 || clock.now() - endedAt < PAUSE_MS;
  }

  return {
    async first(work) {
      underWay += 1;
      try {
        return await work();
      } finally {
        underWay -= 1;
        endedAt = clock.now();
      }
    },
    async giveWay() {
      for (let looks = MOST_LOOKS; looks > 0 && isBusy(); looks -= 1) await clock.sleep(PAUSE_MS);
    },
  };
}
