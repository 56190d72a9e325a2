/** Every order of the deliveries of one booking ends in the truth, and none ever revives what was canceled. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDice } from '../../simulator/dice.ts';
import {
  oneBooking,
  oneWorkshop,
  tellHistory,
  type History,
} from '../harness/booking-histories.ts';
import { type DeliveryStage, openDeliveryStage, type Scene } from '../harness/delivery-stage.ts';
import type { Message } from '../harness/webhook-messages.ts';

/** All 873 orders of both histories in both readings; else so many of each, drawn by lot. */
const isFull = process.env['ORDERS'] === 'full';
const DRAWN = 14;
/** Orders under way at once, each in a workspace of its own. */
const AT_ONCE = 24;

let stage: DeliveryStage;

beforeAll(async () => {
  stage = await openDeliveryStage();
});
afterAll(() => stage.close());

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

/** Delivers each order message by message, all of them in step. */
async function playAll(
  scenes: readonly { scene: Scene; order: readonly Message[] }[],
): Promise<void> {
  const longest = Math.max(...scenes.map(({ order }) => order.length));
  for (let index = 0; index < longest; index += 1) {
    for (const { scene, order } of scenes) {
      const message = order[index];
      if (message !== undefined) await scene.deliver(message);
    }
    await stage.work(4);
  }
}

/** Nobody whose cancellation was told is still expected. */
async function expectCanceled({ scene, order }: { scene: Scene; order: readonly Message[] }) {
  for (const { event, payload } of order) {
    if (event !== 'invitee.canceled') continue;
    expect(await scene.statusOf(String(payload['uri']))).toBe('canceled');
  }
}

async function playOrders(history: History, moving: boolean): Promise<number> {
  const told = await tellHistory(history, {
    updatedAtMovesOnNoShow: moving,
    updatedAtMovesOnGroupJoin: moving,
  });
  const dice = createDice(`orders/${history.name}/${moving}`);
  let played = 0;
  let known = 0;
  while (told.next()) {
    const prefixes = told.messages.slice(known).map((_, index) => known + index + 1);
    known = told.messages.length;
    for (const length of prefixes) {
      const all = permutations(told.messages.slice(0, length));
      const orders = isFull ? all : draw(all, length, dice.whole);
      for (let from = 0; from < orders.length; from += AT_ONCE) {
        const scenes = await Promise.all(
          orders.slice(from, from + AT_ONCE).map(async (order) => ({
            scene: await stage.enter(told.simulator),
            order,
          })),
        );
        await playAll(scenes);
        for (const one of scenes) await expectCanceled(one);
        await Promise.all(scenes.map(({ scene }) => scene.confirm()));
        for (const { scene, order } of scenes) {
          const names = order.map(({ event }) => event).join(' → ');
          expect(await scene.drift(order), names).toEqual([]);
        }
        played += scenes.length;
      }
    }
  }
  await told.simulator.close();
  return played;
}

/** Short ones all, of the longest ones some. */
function draw<T>(all: T[][], length: number, whole: (from: number, to: number) => number): T[][] {
  if (length < 3) return all;
  const share = Math.ceil(DRAWN / 2 ** (6 - length) / 2);
  return Array.from({ length: share }, () => all[whole(0, all.length - 1)] ?? []);
}

describe.each([oneBooking, oneWorkshop])('the deliveries of $name', (history) => {
  it.each([false, true])(
    'in every order give the truth; updated_at moving silently: %s',
    async (moving) => {
      const played = await playOrders(history, moving);
      process.stdout.write(`orders of ${history.name}: ${played}\n`);
      if (isFull) expect(played).toBe(873);
      expect(await stage.revivals()).toBe(0);
    },
    isFull ? 600_000 : 30_000,
  );
});
