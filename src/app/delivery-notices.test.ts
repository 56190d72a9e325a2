/** How many notices go out for how many deliveries. */
import { expect, it } from 'vitest';
import { createDeliveryNotices } from './delivery-notices.ts';

it('what comes while a notice is under way shares the next one', async () => {
  const underWay: PromiseWithResolvers<void>[] = [];
  const notices = createDeliveryNotices(() => {
    const one = Promise.withResolvers<void>();
    underWay.push(one);
    return one.promise;
  });
  notices.tell();
  for (let more = 0; more < 20; more += 1) notices.tell();
  expect(underWay).toHaveLength(1);
  underWay[0]?.resolve();
  await expect.poll(() => underWay.length).toBe(2);
  underWay[1]?.resolve();
  await notices.idle();
  expect(underWay).toHaveLength(2);
});

it('one that fails is not the last', async () => {
  let asked = 0;
  const notices = createDeliveryNotices(async () => {
    asked += 1;
    throw new Error('The database is away');
  });
  for (let round = 1; round <= 3; round += 1) {
    notices.tell();
    await notices.idle();
    expect(asked).toBe(round);
  }
});
