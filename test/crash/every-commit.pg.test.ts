/** A process that dies before or after each commit of a sync: the next one goes on, and nothing is lost or doubled. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Death, mortalDb } from '../harness/mortal-db.ts';
import { makeSyncWorld, type SyncWorld } from '../harness/sync-world.ts';
import { expectFirstSync, goOn } from './whole-rows.ts';

const MEETINGS = 6;
const PAGE_SIZE = 2;
/** More transactions than a sync of this size has. */
const MOST = 200;

let world: SyncWorld;
afterEach(() => world.close());

describe.each(['before', 'after'] as const)('a process that dies %s a commit', (death) => {
  it('in its first sync, is followed by one that ends it', { timeout: 120_000 }, async () => {
    const deaths = await dieEverywhere(death, async () => {
      world = await makeSyncWorld({
        story: `thousand:${MEETINGS}`,
        readings: { calendarPushMs: 0 },
        pageSize: PAGE_SIZE,
      });
    });
    // each page, the account and its event types, the end of the list, the reads, the links, the end
    expect(deaths).toBeGreaterThan(10);
  });
});

/** Dies at the first transaction, the second, and so on, until a sync has come to its end; answers the deaths. */
async function dieEverywhere(death: Death, begin: () => Promise<void>): Promise<number> {
  for (let number = 1; number < MOST; number += 1) {
    await begin();
    const about = `transaction ${number}`;
    const db = mortalDb(world.db, number, death);
    // @NOTE how a dead process's run rejects is nobody's business
    await world.sync({ through: db }).catch(() => undefined);
    if (!db.isDead) {
      await expectFirstSync(world, { meetings: MEETINGS, about });
      return number - 1;
    }
    await goOn(world);
    await expectFirstSync(world, { meetings: MEETINGS, about });
    await world.close();
  }
  throw new Error('No sync came to its end');
}
