/** A gate with a ledger: few questions, nothing kept from others, and no standstill when it cannot be asked. */
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/hostile/clock.ts';
import type { TestClock } from '../../test/hostile/clock.ts';
import { steadyRandom } from '../../test/hostile/random.ts';
import { createGate, type Gate } from './gate.ts';
import type { Ledger, LedgerAnswer, LedgerWords } from './ledger.ts';

const PAID = { 'x-ratelimit-limit': '500', 'x-ratelimit-remaining': '450' };

interface Stage {
  clock: TestClock;
  gate: Gate;
  /** What the ledger was told and asked, in order. */
  words: LedgerWords[];
  /** Callers that passed so far. */
  passed(): number;
  ask(count: number): Promise<void>;
  later(ms: number): Promise<void>;
}

/** `answer` decides; what it leaves out is as in a ledger that has everything. */
function stage(
  answer: (words: LedgerWords) => Partial<LedgerAnswer> | Promise<Partial<LedgerAnswer>>,
): Stage {
  const clock = createTestClock();
  const words: LedgerWords[] = [];
  const ledger: Ledger = {
    batch: 10,
    async exchange(said) {
      words.push(said);
      return {
        granted: said.wanted,
        batch: words.length,
        waitMs: 0,
        limit: 500,
        ...(await answer(said)),
      };
    },
  };
  const gate = createGate({ clock, random: steadyRandom(0), share: 0.5, ledger });
  let passed = 0;
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    clock,
    gate,
    words,
    passed: () => passed,
    async ask(count) {
      for (let index = 0; index < count; index += 1) void gate.enter().then(() => (passed += 1));
      await turn();
    },
    async later(ms) {
      clock.advance(ms);
      await turn();
    },
  };
}

const wantedOf = ({ words }: Stage): number[] => words.map(({ wanted }) => wanted);

describe('a gate with a ledger', () => {
  it('asks for one where one is needed, and for a tenth of a long row of requests', async () => {
    const one = stage(() => ({}));
    await one.ask(1);
    expect(wantedOf(one)).toEqual([1]);
    const row = stage(() => ({}));
    for (let request = 0; request < 100; request += 1) await row.ask(1);
    expect(row.passed()).toBe(100);
    expect(wantedOf(row)).toEqual([1, 2, 4, 8, ...Array.from({ length: 9 }, () => 10)]);
    const crowd = stage(() => ({}));
    await crowd.ask(100);
    expect(crowd.passed()).toBe(100);
    // the first of them did not know of the others yet
    expect(crowd.words).toHaveLength(11);
  });

  it('keeps to its own share, whatever the ledger would grant', async () => {
    const { ask, passed } = stage(() => ({}));
    await ask(300);
    expect(passed()).toBe(250);
  });

  it('waits as long as the ledger says, and asks again once others may have given something back', async () => {
    let waitMs = 7000;
    const it = stage(() => ({ granted: waitMs > 0 ? 0 : 1, waitMs }));
    await it.ask(1);
    await it.later(6999);
    expect(it.words).toHaveLength(1);
    waitMs = 50_000;
    await it.later(1);
    expect(it.words).toHaveLength(2);
    waitMs = 0;
    await it.later(9999);
    expect(it.passed()).toBe(0);
    await it.later(1);
    expect(it.passed()).toBe(1);
  });

  it('gives back what it did not use, and says when it used the rest', async () => {
    const { ask, gate, later, words } = stage(() => ({ granted: 10 }));
    await ask(3);
    await later(400);
    gate.heard(200, PAID);
    await later(100);
    await gate.settle();
    expect(words.at(-1)).toMatchObject({
      wanted: 0,
      settled: [{ batch: 1, taken: 10, used: 3, agoMs: 500 }],
      heard: { limit: 500, left: 450, resetMs: 60_000, agoMs: 100 },
      shutMs: 0,
    });
    const said = words.length;
    await gate.settle();
    expect(words).toHaveLength(said);
  });

  it('uses no permit that is five seconds old, nor one from before its clock was set back', async () => {
    const it = stage(() => ({ granted: 10 }));
    await it.ask(1);
    await it.later(4999);
    await it.ask(1);
    expect(it.words).toHaveLength(1);
    await it.later(1);
    await it.ask(1);
    expect(it.words).toHaveLength(2);
    await it.later(-1);
    await it.ask(1);
    expect(it.words).toHaveLength(3);
    expect(it.passed()).toBe(4);
  });

  it('tells the others at once that Calendly refused, and until when', async () => {
    const { ask, gate, words, later } = stage(() => ({}));
    await ask(1);
    gate.heard(429, { ...PAID, 'x-ratelimit-reset': '37' });
    await later(0);
    expect(words.at(-1)).toMatchObject({ wanted: 0, shutMs: 37_000, heard: { left: 450 } });
  });

  it('tells the others at once that somebody else uses more than their part', async () => {
    const { ask, gate, words, later } = stage(() => ({}));
    await ask(1);
    gate.heard(200, { ...PAID, 'x-ratelimit-remaining': '100' });
    await later(0);
    expect(words.map(({ heard }) => heard?.left)).toEqual([undefined, 100]);
    gate.heard(200, { ...PAID, 'x-ratelimit-remaining': '99' });
    await later(0);
    expect(words).toHaveLength(2);
  });

  it('leaves no timer behind', async () => {
    const { ask, clock, gate } = stage(() => ({}));
    await ask(5);
    await gate.settle();
    expect(clock.pending).toBe(0);
  });
});

describe('a gate whose ledger cannot be asked', () => {
  const broken = (): Promise<never> => Promise.reject(new Error('The database is away'));

  it('keeps to its own share', async () => {
    const { ask, gate, passed, later } = stage(broken);
    await ask(1);
    gate.heard(200, PAID);
    await ask(300);
    expect(passed()).toBe(250);
    await later(59_999);
    expect(passed()).toBe(250);
    await later(1);
    expect(passed()).toBe(301);
  });

  it('asks it again every ten seconds, not for each request', async () => {
    const { ask, later, words } = stage(broken);
    for (let second = 0; second < 20; second += 1) {
      await ask(1);
      await later(1000);
    }
    expect(words).toHaveLength(2);
  });

  it('waits two seconds for an answer and no longer', async () => {
    const { ask, passed, later } = stage(() => new Promise(() => undefined));
    await ask(3);
    await later(1999);
    expect(passed()).toBe(0);
    await later(1);
    expect(passed()).toBe(3);
  });

  it('tells afterwards what it sent meanwhile, of the last minute', async () => {
    let isAway = true;
    const { ask, later, words } = stage(() => (isAway ? broken() : {}));
    await ask(20);
    await later(55_000);
    await ask(4);
    isAway = false;
    await later(10_000);
    await ask(1);
    expect(words.at(-1)?.settled).toEqual([{ batch: null, taken: 0, used: 4, agoMs: null }]);
  });

  it('does not hold up the end of a run', async () => {
    const { ask, gate, words, clock } = stage(broken);
    await ask(3);
    await gate.settle();
    expect(words).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});
