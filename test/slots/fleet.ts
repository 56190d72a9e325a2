/** Three schedulers on one database, each on a machine of its own, and the runs that they begin. */
import { silentLog } from '../../src/base/log.ts';
import { timestampFromMs } from '../../src/domain/timestamp.ts';
import { type Scheduler, startScheduler } from '../../src/jobs/scheduler.ts';
import type { SlotRequest } from '../../src/jobs/slot-run.ts';
import type { Db } from '../../src/store/db.ts';
import type { Dice } from '../../simulator/dice.ts';
import type { Machine, SharedTime, Standstill } from './shared-time.ts';

export const CRON = '*/15 * * * *';

/** A process that was able to work from `from` to `to`, in true milliseconds since 1970. */
export interface Stretch {
  from: number;
  to: number;
}

export interface Fleet {
  /** When each run began. */
  readonly runs: readonly number[];
  /** When which process could work; what lasts ends with `close`. */
  readonly awake: readonly Stretch[];
  member(index: number): Member;
  close(): Promise<void>;
}

export interface Member {
  isAwake(): boolean;
  isStarted(): boolean;
  start(): Promise<void>;
  /** In good order, or killed. */
  stop(how: 'stopped' | 'killed'): Promise<void>;
  freeze(how: Standstill): void;
  thaw(): void;
  set(ms: number): void;
}

export interface FleetDeps {
  db: Db;
  time: SharedTime;
  dice: Dice;
}

/** None of them is started yet. */
export function createFleet(deps: FleetDeps, size: number): Fleet {
  const runs: number[] = [];
  const awake: Stretch[] = [];
  const members = Array.from({ length: size }, (_, index) =>
    createMember(deps, { index, runs, awake }),
  );
  return {
    runs,
    awake,
    member(index) {
      const found = members[index];
      if (found === undefined) throw new Error(`There is no process ${index}`);
      return found;
    },
    async close() {
      for (const member of members) if (member.isStarted()) await member.stop('stopped');
    },
  };
}

function createMember(
  { db, time, dice }: FleetDeps,
  { index, runs, awake }: { index: number; runs: number[]; awake: Stretch[] },
): Member {
  let machine: Machine | undefined;
  let scheduler: Scheduler | undefined;
  let since: number | undefined;
  let starts = 0;

  /** What a run of everybody who is due comes to: one that already began is joined, or its rows are fresh. */
  async function sync({ notSince, signal }: SlotRequest): Promise<void> {
    const last = runs.at(-1);
    const isFresh = notSince !== undefined && last !== undefined && atOrAfter(last, notSince);
    if (isFresh) return;
    runs.push(time.now());
    // now and then one takes longer than a slot
    await machine?.clock.sleep(dice.chance(0.01) ? 1_200_000 : dice.whole(1000, 60_000), signal);
  }

  function sleepNow(): void {
    if (since !== undefined) awake.push({ from: since, to: time.now() });
    since = undefined;
  }

  return {
    isAwake: () => since !== undefined,
    isStarted: () => scheduler !== undefined,
    async start() {
      starts += 1;
      machine = time.machine();
      since = time.now();
      const self = { id: `host-${index}:${starts}:x`, host: `host-${index}`, pid: starts };
      const { clock } = machine;
      scheduler = await startScheduler({ db, clock, log: silentLog, self, cron: CRON, sync });
    },
    async stop(how) {
      if (how === 'stopped') await scheduler?.stop();
      sleepNow();
      machine?.die();
      scheduler = undefined;
    },
    freeze(how) {
      sleepNow();
      machine?.freeze(how);
    },
    thaw() {
      machine?.thaw();
      since = time.now();
    },
    set: (ms) => machine?.set(ms),
  };
}

function atOrAfter(ms: number, time: string): boolean {
  return timestampFromMs(ms) >= time;
}
