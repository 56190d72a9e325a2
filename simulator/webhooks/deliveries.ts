/** Delivers what happens to whoever subscribed: at once, again and again where it fails, badly on demand. */
import { setMaxListeners } from 'node:events';
import { Agent } from 'node:http';
import { runAfter } from '../clock.ts';
import { readMs } from '../moment.ts';
import { stampNow } from '../stamp.ts';
import type { World } from '../state.ts';
import { attempt } from './attempt.ts';
import type { Attempting, LoggedDelivery } from './attempt.ts';
import { GIVE_UP_MS, retryDelayMs } from './back-off.ts';
import { createBehaviours } from './behaviour.ts';
import type { Behaviour, Behaviours } from './behaviour.ts';
import { deliveriesOf, isLive } from './delivery.ts';
import type { Delivery } from './delivery.ts';
import { disableSubscription } from './subscriptions.ts';
import { createTurnstile } from './turnstile.ts';

/** Older entries are forgotten beyond this many, so that a demo may run for months. */
const KEPT = 20_000;
const MOST_AT_ONCE = 32;

export interface Deliveries {
  /** How much faster than the clock retries and the 24 hours run; counts for waits that begin from then on. */
  timeScale: number;
  /** Calendly's time-outs by the clock, not compressed: 10 and 15 seconds. */
  timeouts: { connectMs: number; readMs: number };
  /** Attempts so far; the newest last. */
  log: LoggedDelivery[];
  /** Replaces the list of what goes wrong. Throws a ZodError for what is none. */
  behave(list: readonly Behaviour[]): void;
  behaviours: Behaviours['list'];
  /** Holds every attempt from now on. */
  pause(): void;
  /** What is held, in the order in which it happened. */
  held(): Pick<Delivery, 'event' | 'uri'>[];
  /**
   * Sends what is held, each after the answer to the one before, and ends the pause.
   * `order` holds places in `held()`: one named twice is sent twice, one left out is lost.
   * Ends when all are answered. Throws a RangeError, and lets nothing go, for a place that is not there.
   */
  release(order?: readonly number[]): Promise<void>;
  /** How many wait for their next try. */
  waiting(): number;
  /** Makes the next try of each of them now. */
  retryNow(): void;
  /**
   * Ends when nothing is under way: no attempt unanswered, none delayed. Held ones and waits for the next
   * try do not count, unless `retries` is true: then every delivery has succeeded or been given up.
   */
  settle(options?: { retries?: boolean }): Promise<void>;
  /** Ends everything at once, for good. */
  close(): void;
}

/** Listens to `world`, takes the time from its clock, and delivers until it is closed. */
export function createDeliveries(world: World): Deliveries {
  const turnstile = createTurnstile();
  const closing = new AbortController();
  // Each attempt under way listens: that is no leak.
  setMaxListeners(0, closing.signal);
  const tools: Attempting = {
    world,
    behaviours: createBehaviours(),
    turnstile,
    agent: new Agent({ maxSockets: MOST_AT_ONCE }),
    closing: closing.signal,
    timeouts: { connectMs: 10_000, readMs: 15_000 },
    after: (ms, run) => runAfter(world.clock, ms, run),
    log(entry) {
      deliveries.log.push(entry);
      if (deliveries.log.length > KEPT) deliveries.log.splice(0, KEPT / 2);
    },
  };
  const retries = new Map<Delivery, () => void>();
  let held: Delivery[] = [];
  let isPaused = false;
  const stopHearing = world.onHappening((happening) => {
    for (const delivery of deliveriesOf(world, happening)) deliver(delivery);
  });
  const stopLooking = world.onChange(() => turnstile.look());

  function deliver(delivery: Delivery): void {
    if (isPaused) held.push(delivery);
    else void turnstile.track(() => run(delivery, true));
  }

  async function run(delivery: Delivery, mayStand: boolean): Promise<void> {
    const verdict = await attempt(tools, delivery, mayStand);
    if (verdict === 'accepted') recover(delivery);
    if (verdict === 'refused' && isLive(delivery.subscription)) retryOrGiveUp(delivery);
  }

  function recover({ subscription: { wire } }: Delivery): void {
    if (wire.retry_started_at === null) return;
    wire.retry_started_at = null;
    wire.updated_at = stampNow(world);
    world.changed();
  }

  function retryOrGiveUp(delivery: Delivery): void {
    const { wire } = delivery.subscription;
    if (wire.retry_started_at === null) {
      wire.retry_started_at = wire.updated_at = stampNow(world);
      world.changed();
    }
    const { timeScale } = deliveries;
    const sinceMs = (ms: number): number => (world.clock.now() - ms) * timeScale;
    const failingMs = sinceMs(readMs(wire.retry_started_at));
    if (failingMs >= GIVE_UP_MS) return disableSubscription(world, delivery.subscription);
    const leftMs = GIVE_UP_MS - Math.max(failingMs, sinceMs(delivery.createdMs));
    if (leftMs <= 0) return;
    const waitMs = retryDelayMs(delivery.attempts, leftMs) / timeScale;
    retries.set(
      delivery,
      tools.after(waitMs, () => {
        retries.delete(delivery);
        deliver(delivery);
      }),
    );
  }

  function waiting(): number {
    return [...retries.keys()].filter(({ subscription }) => isLive(subscription)).length;
  }

  const deliveries: Deliveries = {
    timeScale: 1,
    timeouts: tools.timeouts,
    log: [],
    behave: (list) => tools.behaviours.set(list),
    behaviours: () => tools.behaviours.list(),
    pause: () => void (isPaused = true),
    held: () => held.map(({ event, uri }) => ({ event, uri })),
    release(order) {
      const places = order ?? held.keys();
      const chosen = [...places].map((place) => {
        const delivery = held[place];
        if (delivery === undefined) throw new RangeError(`Nothing is held at ${place}`);
        return delivery;
      });
      held = [];
      isPaused = false;
      return turnstile.track(async () => {
        for (const delivery of chosen) {
          await run({ ...delivery }, false);
        }
      });
    },
    waiting,
    retryNow() {
      const due = [...retries];
      retries.clear();
      for (const [delivery, cancel] of due) {
        cancel();
        deliver(delivery);
      }
    },
    settle: ({ retries: isPatient = false } = {}) =>
      turnstile.quiet(() => !isPatient || waiting() === 0),
    close() {
      stopHearing();
      stopLooking();
      closing.abort();
      for (const cancel of retries.values()) cancel();
      retries.clear();
      held = [];
      turnstile.open();
      tools.agent.destroy();
    },
  };
  return deliveries;
}
