/** A database clock that ran ahead and was set back: what was read by the wrong time does not outweigh what is read now. */
import { afterEach, describe, expect, it } from 'vitest';
import { makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';
import {
  createVirtualTime,
  HOUR_MS,
  MINUTE_MS,
  type VirtualTime,
} from '../../test/harness/virtual-time.ts';

let world: SyncWorld;
let time: VirtualTime;
afterEach(() => world.close());

/** Everything was read by a clock that was so far ahead; then an invitee did not come, which moves nothing. */
async function setBack(ms: number): Promise<void> {
  time = createVirtualTime();
  world = await makeSyncWorld({ story: 'thousand:5', time, inTiers: true });
  time.pass(ms);
  await world.sync({ full: true });
  time.pass(-ms);
  const invitee = world.simulator.truth()[0]?.invitees[0]?.uri ?? '';
  world.simulator.moves.markNoShow({ invitee });
  world.simulator.clearRequests();
}

describe('after the clock was set back', () => {
  it('by an hour, a silent change is written at once', async () => {
    await setBack(HOUR_MS);
    expect(await world.sync({ full: true })).toMatchObject({ state: 'done' });
    expect(await world.drift()).toEqual([]);
    expect(world.simulator.counts.get('GET /scheduled_events/{}/invitees')).toBe(5);
  });

  it('by a minute, it is not read again and again, and is written when that minute has passed', async () => {
    await setBack(MINUTE_MS);
    expect(await world.sync({ full: true })).toMatchObject({ state: 'done' });
    expect(world.simulator.counts.get('GET /scheduled_events/{}/invitees')).toBe(7);
    expect(await world.drift()).toHaveLength(1);
    time.pass(2 * MINUTE_MS);
    await world.sync();
    expect(await world.drift()).toEqual([]);
  });

  it('the age of the rows counts from the next complete listing', async () => {
    await setBack(HOUR_MS);
    const complete = async (): Promise<number> =>
      Date.parse((await world.connection()).last_complete_at ?? '') - time.now();
    expect(await complete()).toBeGreaterThan(59 * MINUTE_MS);
    await world.sync();
    expect(await complete()).toBeLessThanOrEqual(0);
  });
});
