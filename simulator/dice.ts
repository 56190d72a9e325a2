/** Repeatable chance and repeatable ids: the same seed gives the same world, byte for byte. */
import { createHash } from 'node:crypto';

export interface Dice {
  /** A number in [0, 1). */
  fraction(): number;
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  /** One of `list`; throws where it is empty. */
  pick<T>(list: readonly T[]): T;
  /** True in `share` of the throws. */
  chance(share: number): boolean;
}

/** Dice that always fall the same way for one `seed` (mulberry32, public domain, by T. Ettinger). */
export function createDice(seed: string): Dice {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  function fraction(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  function whole(low: number, high: number): number {
    return low + Math.floor(fraction() * (high - low + 1));
  }
  return {
    fraction,
    whole,
    pick(list) {
      const one = list[whole(0, list.length - 1)];
      if (one === undefined) throw new Error('Nothing to pick from');
      return one;
    },
    chance: (share) => fraction() < share,
  };
}

/** A UUID shaped like version 4 that depends on `text` alone. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** An id as Calendly gave them out in its first years: 16 upper-case letters and digits. */
export function oldIdOf(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bytes = createHash('sha256').update(text).digest();
  return Array.from(bytes.subarray(0, 16), (byte) => alphabet[byte % 32]).join('');
}
