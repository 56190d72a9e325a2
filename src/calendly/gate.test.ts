/** The gate keeps to our share, whatever the headers say and however many ask. */
import { describe, expect, it } from 'vitest';

import { createTestClock } from '../../test/hostile/clock.ts';
import type { TestClock } from '../../test/hostile/clock.ts';
import { steadyRandom } from '../../test/hostile/random.ts';
import type { Gate } from './gate.ts';
import { createGate } from './gate.ts';

interface World {
  clock: TestClock;
  gate: Gate;
  passed: number[];
  /** `count` callers ask at once; each that passes is noted with its number. */
  ask(count: number): Promise<void>;
  /** Moves the clock and lets those pass who may. */
  later(ms: number): Promise<number>;
}

function world(share = 0.5): World {
  const clock = createTestClock();
  const gate = createGate({ clock, random: steadyRandom(0), share });
  const passed: number[] = [];
  let asked = 0;
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    clock,
    gate,
    passed,
    async ask(count) {
      for (let index = 0; index < count; index += 1) {
        const number = asked;
        asked += 1;
        void gate.enter().then(() => passed.push(number));
      }
      await settle();
    },
    async later(ms) {
      const before = passed.length;
      clock.advance(ms);
      await settle();
      return passed.length - before;
    },
  };
}

const headers = (limit: number, remaining: number, reset = 60): Record<string, string> => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(reset),
});

describe('the gate', () => {
  it('assumes a free plan until the first answer', async () => {
    const { gate, passed, ask } = world();
    expect(gate.state()).toEqual({ limit: 50, left: 50, used: 0 });
    await ask(40);
    expect(passed).toHaveLength(25);
  });

  it('lets our share of the limit pass in every minute, in the order of asking', async () => {
    const { gate, passed, ask, later } = world();
    await ask(1);
    gate.heard(200, headers(500, 499));
    await ask(300);
    expect(passed).toHaveLength(250);
    expect(await later(59_999)).toBe(0);
    expect(await later(1)).toBe(51);
    expect(passed).toEqual(passed.toSorted((a, b) => a - b));
    expect(gate.state()).toMatchObject({ limit: 500, used: 51 });
  });

  it('never lets more than the share pass in any sixty seconds, whenever they come', async () => {
    const { clock, ask, later, passed } = world();
    const at: number[] = [];
    for (let step = 0; step < 120; step += 1) {
      await ask(1);
      await later(700 + ((step * 7919) % 1300));
      while (at.length < passed.length) at.push(clock.now());
    }
    expect(at.length).toBeGreaterThan(50);
    const most = Math.max(
      ...at.map((from) => at.filter((to) => to >= from && to < from + 58_000).length),
    );
    expect(most).toBe(25);
  });

  it('takes its share of what is left while others use more than theirs', async () => {
    const { gate, ask, passed } = world();
    await ask(1);
    gate.heard(200, headers(500, 100));
    await ask(200);
    expect(passed).toHaveLength(51);
  });

  it('still takes five a minute while others leave next to nothing of a paid limit', async () => {
    const { gate, ask, later, passed } = world();
    await ask(1);
    gate.heard(200, headers(500, 1));
    await ask(20);
    expect(passed).toHaveLength(5);
    gate.heard(200, headers(500, 1));
    expect(await later(30_000)).toBe(0);
    gate.heard(200, headers(500, 1));
    expect(await later(30_000)).toBe(5);
  });

  it('still takes two a minute while others leave next to nothing of a free limit', async () => {
    const { gate, ask, passed } = world();
    await ask(1);
    gate.heard(200, headers(50, 1));
    await ask(20);
    expect(passed).toHaveLength(2);
  });

  it('takes its whole share again once the others have stopped', async () => {
    const { gate, ask, passed } = world();
    await ask(1);
    gate.heard(200, headers(500, 4));
    await ask(300);
    expect(passed).toHaveLength(5);
    gate.heard(200, headers(500, 494));
    await ask(1);
    expect(passed).toHaveLength(250);
  });

  it('goes back to its share when the crowded window has reset', async () => {
    const { gate, ask, later, passed } = world();
    await ask(1);
    gate.heard(200, headers(500, 4, 20));
    await ask(300);
    expect(passed).toHaveLength(5);
    expect(await later(20_000)).toBe(245);
  });

  it('lets nobody pass before the reset that a refusal announced', async () => {
    const { gate, ask, later } = world();
    await ask(1);
    gate.heard(429, headers(500, 0, 37));
    await ask(3);
    expect(await later(36_999)).toBe(0);
    expect(await later(1)).toBe(3);
  });

  it('waits for the reset when nothing is left, refused or not', async () => {
    const { gate, ask, later } = world();
    await ask(1);
    gate.heard(200, headers(50, 0, 12));
    await ask(1);
    expect(await later(11_999)).toBe(0);
    expect(await later(1)).toBe(1);
  });

  it.each([
    ['a reset of minus one', { 'x-ratelimit-reset': '-1' }, 60_000],
    ['a reset of 1e12', { 'x-ratelimit-reset': '1e12' }, 60_000],
    ['a reset of a thousand milliards', { 'x-ratelimit-reset': '1000000000000' }, 60_000],
    ['an epoch', { 'x-ratelimit-reset': '1772616600' }, 60_000],
    ['NaN', { 'x-ratelimit-reset': 'NaN' }, 60_000],
    ['no header at all', {}, 60_000],
    ['an hour', { 'x-ratelimit-reset': '3600' }, 900_000],
    ['zero', { 'x-ratelimit-reset': '0' }, 1000],
  ])('is shut for a sensible time after a refusal with %s', async (_what, said, waitMs) => {
    const { gate, ask, later } = world();
    await ask(1);
    gate.heard(429, said);
    await ask(1);
    expect(await later(waitMs - 1)).toBe(0);
    expect(await later(1)).toBe(1);
  });

  it.each(['-5', '0', '1e9', 'many', ''])('pays no heed to a limit of "%s"', (limit) => {
    const { gate } = world();
    gate.heard(200, { 'x-ratelimit-limit': limit });
    expect(gate.state().limit).toBe(50);
  });

  it('never asks for more than the share even where the share is tiny, nor for less than the floor', async () => {
    const { gate, ask, passed } = world(0.001);
    await ask(1);
    gate.heard(200, headers(500, 499));
    await ask(20);
    expect(passed).toHaveLength(5);
  });

  it('forgets a waiter that gave up, and serves the next one in its place', async () => {
    const { gate, ask, later, clock } = world();
    await ask(25);
    const reason = new Error('given up');
    const giver = new AbortController();
    const refused = gate.enter(giver.signal);
    giver.abort(reason);
    await expect(refused).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
    await ask(1);
    expect(await later(60_000)).toBe(1);
  });

  it('turns away at once who has given up before asking', async () => {
    const reason = new Error('too late');
    await expect(world().gate.enter(AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('is not shut for hours because the clock of the machine was set back', async () => {
    const { gate, ask, passed, clock } = world();
    await ask(25);
    gate.heard(429, headers(50, 0, 900));
    clock.advance(-7_200_000);
    await ask(1);
    expect(passed).toHaveLength(26);
  });
});
