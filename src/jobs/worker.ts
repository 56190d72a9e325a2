/** Takes queued runs and works on them, some at a time, as long as the process lives. */
import type { Log } from '../base/log.ts';
import type { Clock } from '../base/time.ts';
import { describeError } from '../domain/errors.ts';
import type { Db } from '../store/db.ts';
import { claimRun, listRunning, renewLease, requeueRun, type Run } from '../store/runs.ts';
import type { RunBoard } from './board.ts';
import { isGone, type ProcessIdentity } from './process.ts';

export interface WorkerDeps {
  db: Db;
  clock: Clock;
  log: Log;
  board: RunBoard;
  self: ProcessIdentity;
  /** Places in this process. A run holds one for five seconds; what takes longer goes on beside them. */
  concurrency: number;
  /** Works on a claimed run to its end; throws only for an abort or a fault of our own. */
  execute: (run: Run, signal: AbortSignal) => Promise<void>;
}

export interface Worker {
  /** Stops taking runs, interrupts those under way and puts them back into the queue. */
  stop(): Promise<void>;
}

const LOOK_AGAIN_MS = 5000;
/** Whoever waits for a Calendly that is silent, slow or shut must not keep the others waiting. */
const PLACE_MS = 5000;
/** Runs in this process in all, for each place. */
const MOST_FOR_A_PLACE = 4;
const RENEW_MS = 15_000;

export function startWorker(deps: WorkerDeps): Worker {
  const { clock, board } = deps;
  const stopping = new AbortController();
  const busy = new Set<Promise<void>>();
  /** Those of them that have given up their place. */
  const beside = new Set<Promise<void>>();
  let checking: Promise<void> | null = null;
  let again = false;
  let cancelTimer = (): void => undefined;
  const stopListening = board.onNews(check);
  check();

  return {
    async stop() {
      stopping.abort(new Error('The process is stopping'));
      stopListening();
      cancelTimer();
      await checking;
      await Promise.allSettled(busy);
    },
  };

  /** One check at a time; news that comes during a check causes one more. */
  function check(): void {
    if (stopping.signal.aborted) return;
    if (checking !== null) {
      again = true;
      return;
    }
    cancelTimer();
    checking = fill()
      .catch((error: unknown) => {
        deps.log.error('The worker could not look for runs', { ...describeError(error) });
      })
      .finally(() => {
        checking = null;
        if (again) {
          again = false;
          check();
        } else if (!stopping.signal.aborted) {
          cancelTimer = clock.after(LOOK_AGAIN_MS, check);
        }
      });
  }

  async function fill(): Promise<void> {
    await takeOverOrphans(deps);
    while (hasPlace() && !stopping.signal.aborted) {
      const run = await deps.db.tx(async (tx) =>
        claimRun(tx, { owner: deps.self.id, at: await tx.clock() }),
      );
      if (run === undefined) return;
      const giveUpPlace = clock.after(PLACE_MS, () => {
        beside.add(work);
        check();
      });
      const work = workOn(deps, run, stopping.signal).finally(() => {
        giveUpPlace();
        busy.delete(work);
        beside.delete(work);
        check();
      });
      busy.add(work);
    }
  }

  function hasPlace(): boolean {
    const { concurrency } = deps;
    return busy.size - beside.size < concurrency && busy.size < concurrency * MOST_FOR_A_PLACE;
  }
}

/** Queues again what a process that is gone, or silent beyond its lease, had claimed. */
export async function takeOverOrphans(
  deps: Pick<WorkerDeps, 'db' | 'log' | 'self'>,
): Promise<void> {
  for (const run of await listRunning(deps.db)) {
    if (run.owner === deps.self.id) continue;
    if (!run.lease_over && !isGone(run.owner, deps.self)) continue;
    if (await requeueRun(deps.db, run)) {
      deps.log.warn('A run whose process is gone goes on here', { run_id: run.id });
    }
  }
}

async function workOn(deps: WorkerDeps, run: Run, stopping: AbortSignal): Promise<void> {
  const lost = new AbortController();
  const signal = AbortSignal.any([stopping, lost.signal]);
  const renewing = keepLease(deps, run, lost);
  try {
    await deps.execute(run, signal);
  } catch (error) {
    const owned = await requeueRun(deps.db, { id: run.id, owner: deps.self.id }).catch(() => false);
    if (!stopping.aborted) {
      deps.log.error('A run was interrupted and is queued again', {
        run_id: run.id,
        requeued: owned,
        ...describeError(error),
      });
      // a fault that repeats must not spin: the next look for runs is some seconds away
      await deps.clock.sleep(LOOK_AGAIN_MS, stopping).catch(() => undefined);
    }
  } finally {
    renewing();
  }
}

/** Renews the lease while a run waits for Calendly; a lease that was taken away ends the work. */
function keepLease(deps: WorkerDeps, run: Run, lost: AbortController): () => void {
  let cancel = deps.clock.after(RENEW_MS, renew);
  return () => cancel();

  function renew(): void {
    cancel = deps.clock.after(RENEW_MS, renew);
    renewLease(deps.db, { id: run.id, owner: deps.self.id }).then(
      (held) => {
        if (!held) lost.abort(new Error('Another process has taken over this run'));
      },
      (error: unknown) => {
        deps.log.warn('The lease of a run could not be renewed', { ...describeError(error) });
      },
    );
  }
}
