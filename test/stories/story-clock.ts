/** Two clocks of one story: Calendly's, which only goes forward, and our database's, which may be wrong and may be set. */
import { HOUR_MS, MINUTE_MS, type VirtualTime } from '../harness/virtual-time.ts';
import { timestampFromMs } from '../../src/domain/timestamp.ts';

export interface StoryClock extends VirtualTime {
  /** How far the database's clock is ahead of Calendly's. */
  readonly aheadMs: number;
  /** The database's time, without moving it. */
  ours(): number;
  /** Calendly's time, without moving it. */
  theirs(): number;
  /** Sets the database's clock. */
  set(aheadMs: number): void;
  /**
   * Whether what is read now counts as newer than all that was read before, and what Calendly just changed
   * as changed in the past: a clock that was set back, or that is slow, can tell neither.
   */
  isCalm(): boolean;
}

/** From here on a time of Calendly's counts as one that is still to come. */
const FUTURE_MS = 4 * MINUTE_MS;

/** Stories begin on a Wednesday morning. */
const BEGINNING = Date.UTC(2026, 9, 14, 9, 0, 0);

export function createStoryClock(): StoryClock {
  let ms = BEGINNING;
  let aheadMs = 0;
  let latest = 0;
  const tick = (): number => (ms += 1);
  const ours = (): number => ms + aheadMs;
  const isCalm = (): boolean => aheadMs > -FUTURE_MS && ours() >= latest;
  return {
    now: tick,
    stamp() {
      tick();
      latest = Math.max(latest, ours());
      return Promise.resolve(timestampFromMs(ours()));
    },
    pass(by) {
      ms += by;
    },
    get aheadMs() {
      return aheadMs;
    },
    ours,
    theirs: () => ms,
    set(by) {
      if (Math.abs(by) > HOUR_MS) throw new Error('No clock of a story is that wrong');
      aheadMs = by;
    },
    isCalm,
  };
}
