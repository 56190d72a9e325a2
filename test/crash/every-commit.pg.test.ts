/** A process that dies before or after each commit of a sync: the next one goes on, and nothing is lost or doubled. */
import { afterEach, describe, expect, it } from 'vitest';
import { requeueRun, type Run } from '../../src/store/runs.ts';
import { type Death, mortalDb } from '../harness/mortal-db.ts';
import { makeSyncWorld, OWNER, type SyncWorld } from '../harness/sync-world.ts';

const MEETINGS = 6;
const PAGE_SIZE = 2;
/** More transactions than a sync of this size has. */
const MOST = 60;

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
      await expectWhole(about);
      return number - 1;
    }
    await goOn();
    await expectWhole(about);
    await world.close();
  }
  throw new Error('No sync came to its end');
}

/** What the worker of the next process does. */
async function goOn(): Promise<Run> {
  const { rows } = await world.db.query<{ id: string }>(
    `select id from sync_runs where state = 'running'`,
  );
  for (const { id } of rows) await requeueRun(world.db, { id, owner: OWNER });
  return world.sync();
}

async function expectWhole(about: string): Promise<void> {
  expect(await world.drift(), about).toEqual([]);
  const { rows } = await world.db.query(
    `select (select count(*) from sync_runs where state <> 'done') as unfinished,
       (select sum(created)::int from sync_runs) as created,
       (select count(*) from feed where event = 'meeting.created') as announced,
       (select coalesce(max(number), 0) - count(*) from feed) as holes,
       (select count(*) from queued_reads) as owed, (select count(*) from listings) as listings,
       (select count(*) from invitees where client_id is null or link_pending) as unlinked,
       (select count(*) from meeting_sightings where absent_since is null) as sightings`,
  );
  expect(rows, about).toEqual([
    {
      unfinished: 0,
      created: MEETINGS,
      announced: MEETINGS,
      holes: 0,
      owed: 0,
      listings: 0,
      unlinked: 0,
      sightings: MEETINGS,
    },
  ]);
}
