/** A process that dies before or after each commit of a sync: the next one goes on, and nothing is lost or doubled. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Death, mortalDb } from '../harness/mortal-db.ts';
import { makeSyncWorld, type SyncWorld } from '../harness/sync-world.ts';
import { expectFirstSync, goOn } from './whole-rows.ts';

const MEETINGS = 6;
const PAGE_SIZE = 2;
/** Each commit with `CRASH=full`, else every third. */
const STEP = process.env['CRASH'] === 'full' ? 1 : 3;
/** More transactions than a sync of this size has. */
const MOST = 300;

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
    expect(deaths).toBeGreaterThan(20 / STEP);
  });
});

/** Dies at a transaction, at a later one, and so on, until a sync has come to its end; answers the deaths. */
async function dieEverywhere(death: Death, begin: () => Promise<void>): Promise<number> {
  let deaths = 0;
  for (let number = death === 'before' ? 1 : 2; number < MOST; number += STEP) {
    await begin();
    const about = `transaction ${number}`;
    const db = mortalDb(world.db, number, death);
    // @NOTE how a dead process's run rejects is nobody's business
    await world.sync({ through: db }).catch(() => undefined);
    if (!db.isDead) {
      await expectFirstSync(world, { meetings: MEETINGS, about });
      return deaths;
    }
    deaths += 1;
    await goOn(world);
    await expectFirstSync(world, { meetings: MEETINGS, about });
    await world.close();
  }
  throw new Error('No sync came to its end');
}
