/** The simulator's time, handed in so that tests can live in virtual hours. */

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

export const wallClock: Clock = { now: () => Date.now() };
