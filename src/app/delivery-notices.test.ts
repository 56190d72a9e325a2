/** How many notices go out for how many deliveries. */
import { expect, it } from 'vitest';
import { createHandClock } from '../../test/harness/hand-clock.ts';
import { createDeliveryNotices } from './delivery-notices.ts';

it('the first is told at once, what comes in the next 20 ms is told together', async () => {
  const clock = createHandClock(0);
  const underWay: PromiseWithResolvers<void>[] = [];
  const notices = createDeliveryNotices(clock, () => {
    const one = Promise.withResolvers<void>();
    underWay.push(one);
    return one.promise;
  });
  notices.tell();
  for (let more = 0; more < 20; more += 1) notices.tell();
  expect(underWay).toHaveLength(1);
  underWay[0]?.resolve();
  await clock.advance(0);
  await clock.advance(19);
  for (let more = 0; more < 20; more += 1) notices.tell();
  expect(underWay).toHaveLength(1);
  await clock.advance(1);
  expect(underWay).toHaveLength(2);
  underWay[1]?.resolve();
  await clock.advance(0);
  await clock.advance(20);
  await notices.idle();
  expect(underWay).toHaveLength(2);
  notices.tell();
  expect(underWay).toHaveLength(3);
});

it('one that fails is not the last', async () => {
  let asked = 0;
  const clock = createHandClock(0);
  const notices = createDeliveryNotices(clock, async () => {
    asked += 1;
    throw new Error('The database is away');
  });
  for (let round = 1; round <= 3; round += 1) {
    notices.tell();
    await clock.advance(0);
    await clock.advance(20);
    await notices.idle();
    expect(asked).toBe(round);
  }
});
