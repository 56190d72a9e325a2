/** Randomness that always says the same, so that waits can be told beforehand. */
import type { Random } from '../../src/base/random.ts';

/** Every fraction is `fraction`; bytes are zeros. */
export function steadyRandom(fraction = 0.5): Random {
  return { fraction: () => fraction, bytes: (length) => new Uint8Array(length) };
}
