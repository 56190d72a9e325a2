/** Deliveries that are taken in go before those that are worked: both share one process and one database. */
import type { Clock } from '../base/time.ts';

export interface Precedence {
  /** Runs what goes first. */
  first<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves as soon as little goes first, and after a moment in any case: nothing is put off for ever. */
  giveWay(): Promise<void>;
}

/** So many at once are everyday. */
const FEW = 4;
const LONGEST_MS = 250;

export function createPrecedence(clock: Clock): Precedence {
  let underWay = 0;
  let calm = Promise.withResolvers<void>();
  return {
    async first(work) {
      underWay += 1;
      try {
        return await work();
      } finally {
        underWay -= 1;
        if (underWay <= FEW) {
          calm.resolve();
          calm = Promise.withResolvers();
        }
      }
    },
    async giveWay() {
      if (underWay <= FEW) return;
      const late = Promise.withResolvers<void>();
      const cancel = clock.after(LONGEST_MS, () => late.resolve());
      await Promise.race([calm.promise, late.promise]);
      cancel();
    },
  };
}
