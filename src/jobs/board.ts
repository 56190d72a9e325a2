/** Waiting for runs: woken by the database's notices, and by looking again where a notice was lost. */
import type { Clock } from '../base/time.ts';
import type { Db } from '../store/db.ts';
import { findRuns, type Run, RUNS_CHANNEL } from '../store/runs.ts';

/** How long a lost notice can go unnoticed. */
const LOOK_AGAIN_MS = 1000;

export interface RunBoard {
  /** Calls `heard` whenever some run was queued or ended, here or in another process. */
  onNews(heard: () => void): () => void;
  /**
   * Answers the runs of `ids` once all have ended; at `signal` it rejects with its reason.
   * `ended` is called once for each as it ends.
   */
  waitFor(
    ids: readonly string[],
    options: { signal: AbortSignal; ended?: (run: Run) => void },
  ): Promise<Run[]>;
  close(): Promise<void>;
}

export async function createRunBoard(deps: { db: Db; clock: Clock }): Promise<RunBoard> {
  const { db, clock } = deps;
  const listeners = new Set<() => void>();
  const stop = await db.listen(RUNS_CHANNEL, () => {
    for (const heard of listeners) heard();
  });

  return {
    onNews(heard) {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
    async waitFor(ids, { signal, ended }) {
      const told = new Set<string>();
      for (;;) {
        const wake = nextNews();
        const runs = await findRuns(db, ids);
        const over = runs.filter(isOver);
        for (const run of over) {
          if (!told.has(run.id)) ended?.(run);
          told.add(run.id);
        }
        if (over.length === runs.length) {
          wake.cancel();
          return over;
        }
        await wake.wait(signal);
      }
    },
    close: stop,
  };

  /** Subscribed before the look at the rows, so that no news falls between. */
  function nextNews(): { wait(signal: AbortSignal): Promise<void>; cancel(): void } {
    const news = Promise.withResolvers<void>();
    const heard = (): void => news.resolve();
    listeners.add(heard);
    const cancel = (): void => {
      listeners.delete(heard);
      news.resolve();
    };
    return {
      cancel,
      async wait(signal) {
        const over = new AbortController();
        const timeout = clock.sleep(LOOK_AGAIN_MS, AbortSignal.any([signal, over.signal]));
        try {
          await Promise.race([news.promise, timeout]);
        } finally {
          over.abort();
          timeout.catch(() => undefined);
          cancel();
        }
        signal.throwIfAborted();
      },
    };
  }
}

export function isOver(run: Pick<Run, 'state'>): boolean {
  return run.state !== 'queued' && run.state !== 'running';
}
