/** Who gives way to deliveries that are taken in, and how long. */
import { expect, it } from 'vitest';
import { createHandClock } from '../../test/harness/hand-clock.ts';
import { createPrecedence } from './precedence.ts';

/** A clock, those that go first, and one who gives way to them. */
function makeScene() {
  const clock = createHandClock(0);
  const precedence = createPrecedence(clock);
  const scene = {
    clock,
    hasGone: false,
    /** Begins one that goes first; the answer ends it. */
    begin(): (fault?: Error) => Promise<unknown> {
      const work = Promise.withResolvers<void>();
      const over = precedence.first(() => work.promise).catch((error: unknown) => error);
      return (fault) => {
        if (fault === undefined) work.resolve();
        else work.reject(fault);
        return over;
      };
    },
    giveWay(): void {
      void precedence.giveWay().then(() => {
        scene.hasGone = true;
      });
    },
  };
  return scene;
}

it('nobody waits where nothing goes first', async () => {
  const scene = makeScene();
  scene.giveWay();
  await scene.clock.advance(0);
  expect(scene.hasGone).toBe(true);
});

it('what goes first is waited for, and the pause after it', async () => {
  const scene = makeScene();
  const end = scene.begin();
  scene.giveWay();
  await scene.clock.advance(50);
  expect(scene.hasGone).toBe(false);
  await end();
  await scene.clock.advance(2);
  expect(scene.hasGone).toBe(false);
  await scene.clock.advance(4);
  expect(scene.hasGone).toBe(true);
});

it('a burst is waited for as a whole, although only one is under way at a time', async () => {
  const scene = makeScene();
  scene.giveWay();
  await scene.clock.advance(0);
  scene.hasGone = false;
  let end = scene.begin();
  scene.giveWay();
  for (let more = 0; more < 40; more += 1) {
    await scene.clock.advance(1);
    await end();
    await scene.clock.advance(1);
    end = scene.begin();
  }
  expect(scene.hasGone).toBe(false);
  await end();
  await scene.clock.advance(6);
  expect(scene.hasGone).toBe(true);
});

it('a burst without end is waited for a quarter of a second', async () => {
  const scene = makeScene();
  scene.begin();
  scene.giveWay();
  await scene.clock.advance(240);
  expect(scene.hasGone).toBe(false);
  await scene.clock.advance(10);
  expect(scene.hasGone).toBe(true);
});

it('what fails makes room like what succeeds', async () => {
  const scene = makeScene();
  const end = scene.begin();
  scene.giveWay();
  expect(await end(new Error('not stored'))).toBeInstanceOf(Error);
  await scene.clock.advance(6);
  expect(scene.hasGone).toBe(true);
});
