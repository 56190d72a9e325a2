/** Turns: a few works at once, the others behind them in the order in which they came. */

export type Turns = <Result>(work: () => Promise<Result>) => Promise<Result>;

export interface TurnsOptions {
  atOnce: number;
  /** Who finds a longer queue is refused; left out: any number waits. */
  longestQueue?: { length: number; refusal: () => Error };
}

/** Rejects with what `work` rejects with, or with the refusal. */
export function createTurns({ atOnce, longestQueue }: TurnsOptions): Turns {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else {
      if (longestQueue !== undefined && waiting.length >= longestQueue.length) {
        throw longestQueue.refusal();
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      // the place goes to who has waited longest
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
