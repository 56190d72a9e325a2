/** Delivers what happens to whoever subscribed: at once, again and again where it fails, badly on demand. */
import { setMaxListeners } from 'node:events';
import { Agent } from 'node:http';
import { runAfter } from '../clock.ts';
import type { World } from '../state.ts';
import { attempt } from './attempt.ts';
import type { Attempting, LoggedDelivery } from './attempt.ts';
import { createBehaviours } from './behaviour.ts';
import type { Behaviour, Behaviours } from './behaviour.ts';
import { deliveriesOf } from './delivery.ts';
import type { Delivery } from './delivery.ts';
import { createRetries } from './retries.ts';
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
  const retries = createRetries(world, deliver, () => deliveries.timeScale);
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
    if (verdict === 'accepted') retries.accepted(delivery);
    if (verdict === 'refused') retries.refused(delivery);
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
    waiting: () => retries.waiting(),
    retryNow: () => retries.now(),
    settle: ({ retries: isPatient = false } = {}) =>
      turnstile.quiet(() => !isPatient || retries.waiting() === 0),
    close() {
      stopHearing();
      stopLooking();
      closing.abort();
      retries.clear();
      held = [];
      turnstile.open();
      tools.agent.destroy();
    },
  };
  return deliveries;
}
