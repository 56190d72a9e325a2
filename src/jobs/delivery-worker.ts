/** Works stored deliveries as they come, and the reads that they owe a few seconds later. */
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import { describeError } from '../domain/errors.ts';
import { type Timestamp, timestampFromMs, timestampToMs } from '../domain/timestamp.ts';
import { DELIVERIES_CHANNEL, failDelivery, nextDeliveryAt } from '../store/deliveries.ts';
import type { Tenants } from '../store/tenants.ts';
import { DeliveryFailure, type Worked, workNextDelivery } from '../sync/deliveries.ts';
import { isKnownEvent } from '../sync/delivery-events.ts';
import { createConfirming } from './confirming.ts';

export interface DeliveryWorkerDeps {
  tenants: Tenants;
  clock: Clock;
  random: Random;
  log: Log;
  newId: () => string;
  /** Reads one batch of what deliveries owe for this connection; answers how many were claimed. */
  confirm(connectionId: string, signal: AbortSignal): Promise<number>;
  /** Links the people whom a delivery has brought to the workspace's clients. */
  link(workspaceId: string, signal: AbortSignal): Promise<void>;
  /** Resolves, soon, when it is a good moment to work the next; left out: always. */
  giveWay?(): Promise<void>;
  /** Told of each delivery that was worked. */
  worked(event: string, state: string): void;
}

export interface DeliveryWorker {
  stop(): Promise<void>;
}

/** Deliveries worked at once in this process. */
const LANES = 2;
const LOOK_AGAIN_MS = 5000;
/** What is due and could not be claimed is in other hands: asking again at once would only disturb them. */
const IN_OTHER_HANDS_MS = 250;
const MOST_TRIES = 10;
const LONGEST_WAIT_MS = 3_600_000;

export async function startDeliveryWorker(deps: DeliveryWorkerDeps): Promise<DeliveryWorker> {
  const { clock, tenants, log } = deps;
  const db = tenants.system;
  const stopping = new AbortController();
  const wakes = new Set<() => void>();
  const wake = (): void => {
    for (const call of wakes) call();
  };
  const confirming = createConfirming({ ...deps, db, signal: stopping.signal, ended: wake });
  const stopListening = await db.listen(DELIVERIES_CHANNEL, wake);
  const loops = [
    ...Array.from({ length: LANES }, () => loop(workOne, () => nextDeliveryAt(db))),
    loop(confirming.begin, confirming.nextDue),
  ];

  return {
    async stop() {
      stopping.abort(new Error('The process is stopping'));
      wake();
      await Promise.allSettled(loops);
      await confirming.idle();
      await stopListening();
    },
  };

  /** Works until nothing is left, then sleeps until something is due, or a notice, or a while. */
  async function loop(
    work: () => Promise<boolean>,
    nextDue: () => Promise<string | null>,
  ): Promise<void> {
    while (!stopping.signal.aborted) {
      const news = Promise.withResolvers<void>();
      const heard = (): void => news.resolve();
      wakes.add(heard);
      try {
        while (!stopping.signal.aborted && (await work())) continue;
        await pause(news.promise, await waitMs(nextDue));
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.error('The deliveries could not be worked and wait', { ...describeError(error) });
        await pause(new Promise(() => undefined), LOOK_AGAIN_MS);
      } finally {
        wakes.delete(heard);
      }
    }
  }

  async function pause(news: Promise<void>, ms: number): Promise<void> {
    const over = new AbortController();
    const sleeping = clock.sleep(ms, AbortSignal.any([stopping.signal, over.signal]));
    await Promise.race([news, sleeping.catch(() => undefined)]);
    over.abort();
  }

  async function waitMs(nextDue: () => Promise<string | null>): Promise<number> {
    const due = (await nextDue()) as Timestamp | null;
    if (due === null) return LOOK_AGAIN_MS;
    const now = (await db.clock()) as Timestamp;
    const ms = timestampToMs(due) - timestampToMs(now) + 1;
    return ms > 0 ? Math.min(ms, LOOK_AGAIN_MS) : IN_OTHER_HANDS_MS;
  }

  async function workOne(): Promise<boolean> {
    await deps.giveWay?.();
    try {
      const worked = await workNextDelivery({ tenants, newId: deps.newId });
      if (worked === null) return false;
      try {
        if (hasNews(worked)) await deps.link(worked.workspaceId, stopping.signal);
      } finally {
        tell(worked);
      }
      return true;
    } catch (error) {
      if (!(error instanceof DeliveryFailure)) throw error;
      await postpone(error);
      return true;
    }
  }

  async function postpone(failure: DeliveryFailure): Promise<void> {
    const { delivery } = failure;
    const tries = delivery.attempts + 1;
    const wait = Math.min(1000 * 2 ** tries, LONGEST_WAIT_MS) * (0.5 + deps.random.fraction() / 2);
    const now = timestampToMs((await db.clock()) as Timestamp);
    const described = describeError(failure.cause);
    await failDelivery(db, delivery, {
      nextTryAt: timestampFromMs(Math.ceil(now + wait)),
      dead: tries >= MOST_TRIES,
      reason: described.code,
    });
    log.warn('A delivery could not be worked', { delivery_id: delivery.id, tries, ...described });
  }

  function tell({ id, event, outcome }: Worked): void {
    const name = event ?? 'unreadable';
    deps.worked(isKnownEvent(name) ? name : 'other', outcome.state);
    log.info(`🔔 [Webhook] ${name}: ${wordsOf(outcome)}`, { delivery_id: id });
  }
}

function hasNews({ outcome }: Worked): boolean {
  return outcome.state === 'done' && outcome.change !== 'unchanged';
}

function wordsOf(outcome: Worked['outcome']): string {
  if (outcome.state !== 'done') return `${outcome.state} (${outcome.reason})`;
  switch (outcome.change) {
    case 'created':
      return '1 new';
    case 'updated':
      return '1 updated';
    case 'canceled':
      return '1 canceled';
    case 'unchanged':
    case 'stale':
      return '0 new';
  }
}
