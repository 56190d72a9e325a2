/** What becomes of a delivery after its answer: tried again for a day, given up with its subscription. */
import { runAfter } from '../clock.ts';
import { readMs } from '../moment.ts';
import { stampNow } from '../stamp.ts';
import type { World } from '../state.ts';
import { GIVE_UP_MS, retryDelayMs } from './back-off.ts';
import { isLive } from './delivery.ts';
import type { Delivery } from './delivery.ts';
import type { SubscriptionRecord } from './records.ts';
import { disableSubscription } from './subscriptions.ts';

export interface Retries {
  /** The subscription works (again). */
  accepted(delivery: Delivery): void;
  /** Waits for the next try; after a day the message is dropped, or the subscription disabled. */
  refused(delivery: Delivery): void;
  /** How many wait for a try that will come. */
  waiting(): number;
  /** Makes the next try of each now. */
  now(): void;
  /** Forgets them all. */
  clear(): void;
}

/** `again` makes the next try; `timeScale` says how much faster than the clock the day runs. */
export function createRetries(
  world: World,
  again: (delivery: Delivery) => void,
  timeScale: () => number,
): Retries {
  const timers = new Map<Delivery, () => void>();
  /** By the clock; what the API shows may be ahead of it, as instants never repeat. */
  const failingSince = new WeakMap<SubscriptionRecord, number>();

  function refused(delivery: Delivery): void {
    const { subscription, attempts, triedMs } = delivery;
    const { wire } = subscription;
    if (!isLive(subscription)) return;
    const nowMs = world.clock.now();
    const firstMs = triedMs ?? nowMs;
    if (wire.retry_started_at === null) {
      failingSince.set(subscription, attempts === 1 ? firstMs : nowMs);
      wire.retry_started_at = wire.updated_at = stampNow(world);
      world.changed();
    }
    const scale = timeScale();
    const failedMs = failingSince.get(subscription) ?? readMs(wire.retry_started_at);
    const failingMs = (nowMs - failedMs) * scale;
    if (failingMs >= GIVE_UP_MS) return disableSubscription(world, subscription);
    const leftMs = GIVE_UP_MS - Math.max(failingMs, (nowMs - firstMs) * scale);
    if (leftMs <= 0) return;
    const run = (): void => {
      timers.delete(delivery);
      again(delivery);
    };
    timers.set(delivery, runAfter(world.clock, retryDelayMs(attempts, leftMs) / scale, run));
  }

  return {
    refused,
    accepted({ subscription }) {
      const { wire } = subscription;
      if (wire.retry_started_at === null || !isLive(subscription)) return;
      wire.retry_started_at = null;
      wire.updated_at = stampNow(world);
      world.changed();
    },
    waiting: () => [...timers.keys()].filter(({ subscription }) => isLive(subscription)).length,
    now() {
      const due = [...timers];
      timers.clear();
      for (const [delivery, cancel] of due) {
        cancel();
        again(delivery);
      }
    },
    clear() {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
