/** Randomness as a thing that is handed in, so that a run can be repeated from a seed. */
import { randomBytes } from 'node:crypto';

export interface Random {
  /** A number in [0, 1), for jitter; not for secrets. */
  fraction(): number;
  /** `length` bytes, for ids and secrets. */
  bytes(length: number): Uint8Array;
}

export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: (length) => randomBytes(length),
};
