/** When a failed delivery is tried again, and when Calendly gives up. */
import { DAY_MS, HOUR_MS } from '../moment.ts';

/** Calendly documents exponential steps over 24 hours, not their length: 10 s doubled, at most an hour. */
const FIRST_MS = 10_000;
const SHORTEST_MS = 1_000;

/** A subscription without a successful delivery for so long is disabled, a message tried for so long is dropped. */
export const GIVE_UP_MS = DAY_MS;

/** The wait after `attempts` failures; never beyond `leftMs`, so that the last try falls on the end. */
export function retryDelayMs(attempts: number, leftMs: number): number {
  const step = Math.min(FIRST_MS * 2 ** (attempts - 1), HOUR_MS);
  return Math.max(SHORTEST_MS, Math.min(step, leftMs));
}
