/** Three gates on one database never exceed the share together, whatever their clocks and however slow it is. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { clockOf, createProcesses, mostWithin, type Present, type Processes } from './processes.ts';

const LIMIT = 60;
const SHARE = LIMIT / 2;
const MINUTE_MS = 60_000;

let fresh: FreshDatabase;
const present: Present = { ms: 0 };
let stories = 0;
beforeAll(async () => {
  fresh = await freshDatabase('postgres', { clock: clockOf(present) });
});
afterAll(() => fresh.drop());

function processes(skewsMs: readonly number[]): Processes {
  stories += 1;
  const account = `https://api.calendly.com/users/STORY${stories}`;
  return createProcesses({ db: fresh.db, present, account, share: 0.5, skewsMs });
}

const said = (left: number, reset = 60): Record<string, string> => ({
  'x-ratelimit-limit': String(LIMIT),
  'x-ratelimit-remaining': String(left),
  'x-ratelimit-reset': String(reset),
});

type Step =
  | { what: 'ask'; process: number; count: number }
  | { what: 'pass'; ms: number }
  | { what: 'settle'; process: number }
  | { what: 'jump'; process: number; ms: number }
  | { what: 'slow'; toMs: number; backMs: number };

const jump = fc.integer({ min: 10_000, max: 7_200_000 }).chain((ms) => fc.constantFrom(ms, -ms));
const process = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('ask' as const),
      process,
      count: fc.integer({ min: 1, max: 25 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('pass' as const),
      ms: fc.integer({ min: 1, max: 30_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('settle' as const), process }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('jump' as const), process, ms: jump }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('slow' as const),
      // together less than what a gate waits for an answer
      toMs: fc.integer({ min: 0, max: 700 }),
      backMs: fc.integer({ min: 0, max: 700 }),
    }),
  },
);
const skew = fc.integer({ min: -7_200_000, max: 7_200_000 });

async function take(world: Processes, one: Step): Promise<void> {
  if (one.what === 'ask') world.ask(one.process, one.count);
  else if (one.what === 'pass') await world.pass(one.ms);
  else if (one.what === 'jump') world.jump(one.process, one.ms);
  else if (one.what === 'slow') world.slow(one.toMs, one.backMs);
  else void world.gate(one.process).settle();
}

it('three gates never let more than the share pass in any sixty seconds, and everybody passes in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(skew, skew, skew),
      fc.array(step, { maxLength: 30 }),
      async (skews, story) => {
        const world = processes(skews);
        world.gate(0).heard(200, said(LIMIT));
        for (const one of story) await take(world, one);
        // a minute for each share, and one or two for clocks that were set
        const minutes = 4 + Math.ceil(world.waiting() / SHARE);
        await world.pass(minutes * (MINUTE_MS + 5000));
        expect(world.waiting()).toBe(0);
        expect(mostWithin(world.passed, MINUTE_MS)).toBeLessThanOrEqual(SHARE);
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

it('three busy gates use all of the share', async () => {
  const world = processes([0, 5000, -5000]);
  world.gate(0).heard(200, said(LIMIT));
  for (const one of [0, 1, 2]) world.ask(one, 150);
  await world.pass(10 * MINUTE_MS - 1);
  expect(mostWithin(world.passed, MINUTE_MS)).toBe(SHARE);
  // each minute's last second may be lost, not more
  expect(world.passed.length).toBeGreaterThanOrEqual(Math.floor((10 * SHARE * 60) / 61.5));
});

it('three gates together take what others leave, and together no more than the floor', async () => {
  const world = processes([0, 0, 0]);
  world.gate(0).heard(200, { ...said(4), 'x-ratelimit-limit': '500' });
  await world.pass(0);
  for (const one of [0, 1, 2]) world.ask(one, 20);
  await world.pass(10_000);
  expect(world.passed).toHaveLength(5);
});

it('what one gate was refused, no gate tries before the reset', async () => {
  const world = processes([0, 0, 0]);
  world.ask(0, 1);
  await world.pass(0);
  world.gate(0).heard(429, said(0, 37));
  await world.pass(0);
  for (const one of [0, 1, 2]) world.ask(one, 1);
  await world.pass(36_750);
  expect(world.passed).toHaveLength(1);
  await world.pass(10_250);
  expect(world.passed).toHaveLength(4);
});

it('what a process took and told nobody of counts as sent at the last moment allowed', async () => {
  const world = processes([0, 0, 0]);
  world.gate(0).heard(200, said(LIMIT));
  for (let request = 0; request < 4; request += 1) {
    world.ask(0, 1);
    await world.pass(0);
  }
  world.ask(1, 20);
  await world.pass(4500);
  expect(world.passed).toHaveLength(24);
  world.ask(0, 3);
  await world.pass(57_000);
  world.ask(2, 30);
  await world.pass(30_000);
  expect(mostWithin(world.passed, MINUTE_MS)).toBe(SHARE);
  expect(world.waiting()).toBe(0);
});

it.each([3_600_000, -30_000, -3_600_000])(
  'what was sent stays sent when a clock is set by %s ms',
  async (ms) => {
    const world = processes([0, 0, 0]);
    world.gate(0).heard(200, said(LIMIT));
    world.ask(0, 20);
    await world.pass(1000);
    world.jump(0, ms);
    await world.gate(0).settle();
    world.ask(0, 20);
    world.ask(1, 20);
    await world.pass(58_000);
    expect(world.passed).toHaveLength(SHARE);
  },
);
