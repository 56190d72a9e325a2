/** The system's randomness: as long as asked for, and the same bytes are given to nobody else. */
import { expect, it } from 'vitest';
import { systemRandom } from './random.ts';

it('bytes are as many as asked for, at every size', () => {
  for (const length of [0, 1, 16, 31, 32, 33, 500]) {
    expect(systemRandom.bytes(length)).toHaveLength(length);
  }
});

it('a thousand ids’ worth of bytes are all different, and stay what they were', () => {
  const given = Array.from({ length: 1000 }, () => systemRandom.bytes(16));
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const before = given.map(hex);
  expect(new Set(before).size).toBe(1000);
  for (let more = 0; more < 1000; more += 1) systemRandom.bytes(32);
  expect(given.map(hex)).toEqual(before);
});

it('whoever writes into the bytes changes nobody else’s', () => {
  const [mine, yours] = [systemRandom.bytes(16), systemRandom.bytes(16)];
  const before = Buffer.from(yours).toString('hex');
  mine.fill(0);
  expect(new Uint8Array(mine.buffer)).toHaveLength(16);
  expect(Buffer.from(yours).toString('hex')).toBe(before);
});
