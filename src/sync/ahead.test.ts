/** Reading ahead changes when things are asked for, never what comes and in which order. */
import { describe, expect, it } from 'vitest';
import { ahead } from './ahead.ts';

async function* countTo(last: number, asked: number[], failAfter = Infinity) {
  for (let part = 1; part <= last; part += 1) {
    asked.push(part);
    if (part > failAfter) throw new Error('The list broke');
    yield part;
  }
}

describe('a list that is read ahead', () => {
  it('has the same parts in the same order, one more asked for than taken', async () => {
    const asked: number[] = [];
    const taken: number[] = [];
    for await (const part of ahead(countTo(3, asked))) {
      taken.push(part);
      await Promise.resolve();
      expect(asked).toHaveLength(Math.min(3, taken.length + 1));
    }
    expect(taken).toEqual([1, 2, 3]);
  });

  it('fails where the list fails, after the parts before that', async () => {
    const taken: number[] = [];
    const walk = async (): Promise<void> => {
      for await (const part of ahead(countTo(3, [], 2))) taken.push(part);
    };
    await expect(walk()).rejects.toThrow('The list broke');
    expect(taken).toEqual([1, 2]);
  });

  it('asks for nothing more once it is given up, and its failure reaches nobody', async () => {
    const asked: number[] = [];
    for await (const _part of ahead(countTo(9, asked, 1))) break;
    expect(asked).toEqual([1, 2]);
  });
});
