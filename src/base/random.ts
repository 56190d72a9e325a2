/** Randomness as a thing that is handed in, so that a run can be repeated from a seed. */
import { randomBytes, randomFillSync } from 'node:crypto';

export interface Random {
  /** A number in [0, 1), for jitter; not for secrets. */
  fraction(): number;
  /** `length` bytes, for ids and secrets. */
  bytes(length: number): Uint8Array;
}

export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: (length) => (length <= SMALL ? takeSome(length) : randomBytes(length)),
};

/** Asking the system for each id costs more than the id: it is asked for many at once, as in `randomUUID`. */
const SMALL = 32;
const pool = Buffer.alloc(128 * SMALL);
let used = pool.length;

/** Bytes that are given to nobody else. */
function takeSome(length: number): Uint8Array {
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const taken = Uint8Array.prototype.slice.call(pool, used, used + length);
  pool.fill(0, used, used + length);
  used += length;
  return taken;
}
