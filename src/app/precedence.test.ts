/** Who gives way to deliveries that are taken in, and how long. */
import { expect, it } from 'vitest';
import { createHandClock } from '../../test/harness/hand-clock.ts';
import { createPrecedence, type Precedence } from './precedence.ts';

/** Begins `count` of those that go first; each call of the answer ends one. */
function begin(precedence: Precedence, count: number): () => Promise<void> {
  const ends = Array.from({ length: count }, () => {
    const work = Promise.withResolvers<void>();
    return { work, over: precedence.first(() => work.promise) };
  });
  return async () => {
    const one = ends.pop();
    one?.work.resolve();
    await one?.over;
  };
}

async function hasGone(going: Promise<void>): Promise<boolean> {
  return Promise.race([going.then(() => true), Promise.resolve().then(() => false)]);
}

it('nobody waits beside a few', async () => {
  const precedence = createPrecedence(createHandClock(0));
  begin(precedence, 4);
  expect(await hasGone(precedence.giveWay())).toBe(true);
});

it('a crowd goes first, until few of it are left', async () => {
  const precedence = createPrecedence(createHandClock(0));
  const endOne = begin(precedence, 6);
  const going = precedence.giveWay();
  await endOne();
  expect(await hasGone(going)).toBe(false);
  await endOne();
  await going;
});

it('a crowd without end is waited for a quarter of a second', async () => {
  const clock = createHandClock(0);
  const precedence = createPrecedence(clock);
  begin(precedence, 50);
  const going = precedence.giveWay();
  await clock.advance(249);
  expect(await hasGone(going)).toBe(false);
  await clock.advance(1);
  await going;
});

it('what fails makes room like what succeeds', async () => {
  const precedence = createPrecedence(createHandClock(0));
  const failing = Promise.withResolvers<never>();
  const all = Promise.allSettled(
    Array.from({ length: 9 }, () => precedence.first(() => failing.promise)),
  );
  const going = precedence.giveWay();
  failing.reject(new Error('not stored'));
  await all;
  expect(await hasGone(going)).toBe(true);
});
