/** Property: deliveries of a whole history, in any order, doubled and at once, end in the truth. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type History,
  longBooking,
  oneBooking,
  oneWorkshop,
  standingWorkshop,
  tellHistory,
  type ToldHistory,
} from '../harness/booking-histories.ts';
import { type DeliveryStage, openDeliveryStage, type Scene } from '../harness/delivery-stage.ts';

/** `ORDERS=full` for all two thousand. */
const isFull = process.env['ORDERS'] === 'full';
const RUNS = isFull ? 2000 : 30;
/** Properties that run side by side, each with runs of its own. */
const LANES = 2;

const HISTORIES: readonly History[] = [oneBooking, oneWorkshop, longBooking, standingWorkshop];

let stage: DeliveryStage;
/** Each history in both readings, told to its end. */
const told: ToldHistory[] = [];

beforeAll(async () => {
  stage = await openDeliveryStage();
  for (const history of HISTORIES) {
    for (const moving of [false, true]) {
      const one = await tellHistory(history, {
        updatedAtMovesOnNoShow: moving,
        updatedAtMovesOnGroupJoin: moving,
      });
      while (one.next()) continue;
      told.push(one);
    }
  }
});
afterAll(async () => {
  await stage.close();
  await Promise.all(told.map(({ simulator }) => simulator.close()));
});

/** One way in which the messages of a history may come. */
interface Course {
  /** Which history in which reading. */
  told: number;
  /** A weight for each message: they come in the order of their weights. */
  weights: number[];
  /** Messages that come once more: the same bytes, or the same words in other bytes. */
  doubles: { message: number; weight: number; sameBytes: boolean }[];
  /** How many are stored before any is worked, and how many are worked at once. */
  burst: number;
  lanes: number;
  /** After how many deliveries the owed reads are made in between; 0: only at the end. */
  confirmAfter: number;
}

const LONGEST = 11;

const course: fc.Arbitrary<Course> = fc.record({
  told: fc.nat(HISTORIES.length * 2 - 1),
  weights: fc.array(fc.nat(1000), { minLength: LONGEST, maxLength: LONGEST }),
  doubles: fc.array(
    fc.record({ message: fc.nat(LONGEST), weight: fc.nat(1000), sameBytes: fc.boolean() }),
    { maxLength: 5 },
  ),
  burst: fc.integer({ min: 1, max: 8 }),
  lanes: fc.integer({ min: 1, max: 4 }),
  confirmAfter: fc.nat(8),
});

async function play(way: Course): Promise<void> {
  const history = told[way.told];
  if (history === undefined) throw new Error('There is no such history');
  const { messages, simulator } = history;
  const once = messages.map((message, index) => ({
    message,
    weight: way.weights[index] ?? 0,
    copy: 0,
  }));
  const again = way.doubles.flatMap(({ message: index, weight, sameBytes }, number) => {
    const message = messages[index % messages.length];
    return message === undefined ? [] : [{ message, weight, copy: sameBytes ? 0 : number + 1 }];
  });
  const deliveries = [...once, ...again].toSorted((a, b) => a.weight - b.weight);
  const scene = await stage.enter(simulator);
  for (let from = 0; from < deliveries.length; from += way.burst) {
    const burst = deliveries.slice(from, from + way.burst);
    for (const { message, copy } of burst) await scene.deliver(message, copy);
    await stage.work(way.lanes);
    const isHalfway = from < way.confirmAfter && from + way.burst >= way.confirmAfter;
    if (way.confirmAfter > 0 && isHalfway) await scene.confirm();
  }
  await expectNobodyRevived(scene, history);
  await scene.confirm();
  expect(await scene.drift(messages)).toEqual([]);
}

async function expectNobodyRevived(scene: Scene, { messages }: ToldHistory): Promise<void> {
  for (const { event, payload } of messages) {
    if (event !== 'invitee.canceled') continue;
    expect(await scene.statusOf(String(payload['uri']))).toBe('canceled');
  }
}

it(
  `${RUNS} courses that deliveries may take end in the truth`,
  async () => {
    const numRuns = Math.ceil(RUNS / LANES);
    const seeds = isFull ? [undefined, undefined] : [20_260_112, 20_260_113];
    await Promise.all(
      seeds.map((seed) =>
        fc.assert(fc.asyncProperty(course, play), {
          numRuns,
          ...(seed === undefined ? {} : { seed }),
        }),
      ),
    );
    expect(await stage.revivals()).toBe(0);
  },
  isFull ? 900_000 : 60_000,
);
