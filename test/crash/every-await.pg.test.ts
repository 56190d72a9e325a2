/** A process that dies after each await of a cycle: rows are sound, the next process goes on, and all is true. */
import { afterEach, expect, it } from 'vitest';
import { createDice, type Dice } from '../../simulator/dice.ts';
import { mortalProcess } from '../harness/mortal-process.ts';
import { makeSyncWorld, type SyncWorld } from '../harness/sync-world.ts';
import { createVirtualTime, MINUTE_MS, type VirtualTime } from '../harness/virtual-time.ts';
import { makeMove } from '../stories/calendly-move.ts';
import { expectFirstSync, goOn } from './whole-rows.ts';

/** Each await with `CRASH=full`, else every so-manieth. */
const STEP = process.env['CRASH'] === 'full' ? 1 : 17;
/** More awaits than a cycle of these sizes has. */
const MOST = 3000;
const MEETINGS = 6;
/** The same world each time: a Wednesday morning. */
const BEGINNING = Date.UTC(2026, 9, 14, 9);
/** Changes in Calendly between two cycles. */
const CHANGES = 4;
/** Cycles of one world. */
const CYCLES = 25;

let world: SyncWorld;
afterEach(() => world.close());

it('in a first sync', { timeout: 600_000 }, async () => {
  const readings = { calendarPushMs: 0 };
  const deaths = await dieEverywhere(
    async () => {
      world = await makeSyncWorld({ story: `thousand:${MEETINGS}`, readings, pageSize: 2 });
    },
    async (about) => {
      await expectFirstSync(world, { meetings: MEETINGS, about });
      await world.close();
    },
  );
  expect(deaths).toBeGreaterThan(100 / STEP);
});

it('in a cycle that has news', { timeout: 1_200_000 }, async () => {
  const dice = createDice('every await');
  let time = await beginNews();
  let cycles = 0;
  const deaths = await dieEverywhere(async () => {
    cycles += 1;
    // a world that changes grows, and what it costs with it
    if (cycles % CYCLES === 0) {
      await expectAllTrue(time);
      await world.close();
      time = await beginNews();
    }
    time.pass(15 * MINUTE_MS);
    await change(dice);
  }, expectSound);
  expect(deaths).toBeGreaterThan(100 / STEP);
  await expectAllTrue(time);
});

async function beginNews(): Promise<VirtualTime> {
  const time = createVirtualTime(BEGINNING);
  world = await makeSyncWorld({ story: 'firm:8', scope: 'organization', time, ...CERTAIN });
  expect(await world.sync()).toMatchObject({ state: 'done' });
  return time;
}

/** A list that was read in pieces says nothing of what is gone: two that are whole do. */
async function expectAllTrue(time: VirtualTime): Promise<void> {
  for (const _ of [1, 2]) {
    time.pass(15 * MINUTE_MS);
    expect(await world.sync({ full: true })).toMatchObject({ state: 'done' });
  }
  expect(await world.drift()).toEqual([]);
}

/** A payment that came in, which no list shows: it is found in its time. */
const PAID = /\/invitees\/\S+: (payment, )?raw, source_updated_at$/;

/** All else that changes shows in the next list. */
const CERTAIN = {
  pageSize: 5,
  readings: {
    calendarPushMs: 0,
    updatedAtMovesOnNoShow: true,
    updatedAtMovesOnGroupJoin: true,
    updatedAtMovesOnGuests: true,
    updatedAtMovesOnNotes: true,
    updatedAtMovesOnReassign: true,
    updatedAtMovesOnErase: true,
    updatedAtMovesOnPayment: true,
  },
};

/** Dies after one await, then after a later one, and so on, until a cycle has come to its end; answers the deaths. */
async function dieEverywhere(
  begin: () => Promise<void>,
  expectWhole: (about: string) => Promise<void>,
): Promise<number> {
  let deaths = 0;
  for (let number = 1; number < MOST; number += STEP) {
    await begin();
    const dying = mortalProcess(number);
    const through = dying.db(world.db);
    // @NOTE how a dead process's run rejects is nobody's business
    await world.sync({ through, asking: (client) => dying.client(client) }).catch(() => undefined);
    await dying.bury();
    if (!dying.isDead) {
      await expectWhole('alive');
      return deaths;
    }
    deaths += 1;
    await goOn(world);
    await expectWhole(`dead after await ${number}: ${dying.last}`);
  }
  throw new Error('No cycle came to its end');
}

async function change(dice: Dice): Promise<void> {
  const vanished = await vanishedMeetings();
  for (let left = CHANGES; left > 0; left -= 1) makeMove(world.simulator, dice, vanished);
}

async function vanishedMeetings(): Promise<Set<string>> {
  const { rows } = await world.db.query<{ uri: string }>(
    'select calendly_uri as uri from meetings where vanished_at is not null',
  );
  return new Set(rows.map(({ uri }) => uri));
}

/** Every row is as Calendly has it, but for meetings that are gone; nothing is left or doubled. */
async function expectSound(about: string): Promise<void> {
  const { events } = world.simulator.world;
  const isGone = (line: string): boolean => {
    const [, uri = ''] = /^extra ([^/]+\/\/[^/]+\/[^/]+\/[^/]+)/.exec(line) ?? [];
    return events.get(uri)?.hidden === true;
  };
  const drift = await world.drift();
  expect(
    drift.filter((line) => !isGone(line) && !PAID.test(line)),
    about,
  ).toEqual([]);
  const { rows } = await world.db.query(
    `select (select array_agg(concat_ws(' ', state, error_code)) from sync_runs
              where state <> 'done' and error_code is distinct from $2) as unfinished,
       (select sum(created)::int from sync_runs) - (select count(*) from meetings) as counted,
       (select count(*) from feed where event = 'meeting.created')
         - (select count(*) from meetings) as announced,
       (select coalesce(max(number), 0) - count(*) from feed) as holes,
       (select count(*) from listings) as listings,
       (select count(*) from queued_reads where next_try_at <= $1) as owed,
       (select count(*) from invitees where link_pending) as unlinked`,
    // a list in pieces does not know what is gone: its people may be asked for
    [await world.db.clock(), 'calendly.not_found'],
  );
  const nothing = { unfinished: null, counted: 0, announced: 0, holes: 0 };
  expect(rows, about).toEqual([{ ...nothing, listings: 0, owed: 0, unlinked: 0 }]);
}
