/** First syncs killed with SIGKILL at any moment: they resume, end equal to Calendly, and ask little twice. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { LANES, LARGEST_BATCH } from '../../src/sync/reads.ts';
import { createDice } from '../../simulator/dice.ts';
import { freshDatabase, type Engine } from '../harness/database.ts';
import { endPrograms } from '../harness/program.ts';
import { prepareKilledSync } from './killed-sync.ts';
import { expectWhole } from './whole-mirror.ts';

const FULL = process.env['CRASH'] === 'full';
const SEED = process.env['CRASH_SEED'] ?? '1';
const MEETINGS = FULL ? 1000 : 60;
const KILLS: Readonly<Record<Engine, number>> = FULL
  ? { postgres: 200, pglite: 20 }
  : { postgres: 4, pglite: 1 };
/** The list, six requests about the account, two event types that are not listed, each meeting's invitees. */
const FIRST_SYNC = Math.ceil(MEETINGS / 100) + 6 + 2 + MEETINGS;
/** What a killed process may have asked for in vain: whose token, account, one page, a batch of reads in each lane. */
const LOST_BY_A_KILL = 1 + 6 + 1 + LANES * LARGEST_BATCH;

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});
afterAll(endPrograms);

describe.each(['postgres', 'pglite'] as const)('first syncs on %s', (engine) => {
  const wanted = KILLS[engine];
  it(
    `that are killed ${wanted} times end equal to Calendly`,
    { timeout: FULL ? 2_400_000 : 120_000 },
    async () => {
      const dice = createDice(`first-sync/${engine}/${SEED}`);
      let kills = 0;
      let syncs = 0;
      const pids: number[] = [];
      while (kills < wanted) {
        const fresh = engine === 'postgres' ? await freshDatabase(engine, EMPTY) : null;
        if (fresh !== null) undo.push(() => fresh.drop());
        const database = fresh?.url ?? null;
        const sync = await prepareKilledSync({
          story: `thousand:${MEETINGS}`,
          database,
          isPrepared: engine === 'pglite' && !FULL,
          dice,
          mostRequests: MEETINGS / 4,
        });
        undo.push(() => sync.close());
        const before = kills;
        for (;;) {
          const { killed, ended, pid } = await sync.attempt(kills < wanted);
          pids.push(pid);
          if (killed) kills += 1;
          else {
            expect(ended, `seed ${SEED}`).toMatchObject({ code: 0, signal: null });
            break;
          }
        }
        const about = `seed ${SEED}, ${kills - before} kills`;
        expect(sync.simulator.requests.length, about).toBeLessThanOrEqual(
          FIRST_SYNC + (kills - before) * LOST_BY_A_KILL,
        );
        await expectWhole(sync, { database, meetings: MEETINGS, about });
        syncs += 1;
      }
      expect(pids.filter(isAlive)).toEqual([]);
      console.info(`${kills} kills in ${syncs} first syncs on ${engine}, seed ${SEED}`);
    },
  );
});

const EMPTY = { migrated: false };

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // @NOTE no such process is the answer "no" itself
    return false;
  }
}
