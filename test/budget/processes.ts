/** Several processes' gates on one database: each with a clock of its own, all in one true time. */
import { silentLog } from '../../src/base/log.ts';
import { createGate, type Gate } from '../../src/calendly/gate.ts';
import type { Ledger } from '../../src/calendly/ledger.ts';
import { createRequestLedger } from '../../src/app/request-ledger.ts';
import { timestampFromMs } from '../../src/domain/timestamp.ts';
import type { Db } from '../../src/store/db.ts';
import { createTestClock, type TestClock } from '../hostile/clock.ts';
import { steadyRandom } from '../hostile/random.ts';

export interface Processes {
  /** When each request passed, in true milliseconds since the start, in order. */
  readonly passed: readonly number[];
  /** Requests that still wait. */
  waiting(): number;
  gate(process: number): Gate;
  ask(process: number, count: number): void;
  /** Sets a process's clock forwards or back; timers run on as they would have. */
  jump(process: number, ms: number): void;
  /** How long a question is on its way to the database, and its answer on the way back. */
  slow(toMs: number, backMs: number): void;
  /** Lets time go on in all processes; what the database is asked meanwhile is answered in its time. */
  pass(ms: number): Promise<void>;
}

export interface ProcessesOptions {
  /** A database whose clock is `clockOf(present)`. */
  db: Db;
  present: Present;
  account: string;
  share: number;
  /** By how much each process's clock differs from the database's. */
  skewsMs: readonly number[];
}

/** True time, as the database has it. */
export interface Present {
  ms: number;
}

export const START = Date.UTC(2026, 2, 4, 9, 30);
const STEP_MS = 250;

export function clockOf(present: Present): () => Promise<string> {
  return () => Promise.resolve(timestampFromMs(START + present.ms));
}

export function createProcesses(options: ProcessesOptions): Processes {
  const { db, present, account, share, skewsMs } = options;
  const passed: number[] = [];
  const startedAt = present.ms;
  let waiting = 0;
  /** Questions and answers of databases that nobody waits for in true time. */
  let busy = 0;
  let delays = { toMs: 0, backMs: 0 };
  const way = createTestClock(START + present.ms);
  const clocks = skewsMs.map(() => createTestClock(START + present.ms));
  const set = [...skewsMs];
  const gates = clocks.map(({ after, now, sleep }, process) =>
    createGate({
      clock: { now: () => now() + at(set, process), after, sleep },
      random: steadyRandom(0),
      share,
      ledger: slowLedger(),
    }),
  );

  return {
    passed,
    waiting: () => waiting,
    gate: (process) => at(gates, process),
    ask(process, count) {
      for (let request = 0; request < count; request += 1) {
        waiting += 1;
        void at(gates, process)
          .enter()
          .then(() => {
            waiting -= 1;
            passed.push(present.ms - startedAt);
          });
      }
    },
    jump: (process, ms) => void (set[process] = at(set, process) + ms),
    slow: (toMs, backMs) => void (delays = { toMs, backMs }),
    async pass(ms) {
      await quiet();
      for (let gone = 0; gone < ms; gone += STEP_MS) {
        const step = Math.min(STEP_MS, ms - gone);
        present.ms += step;
        for (const clock of [...clocks, way]) clock.advance(step);
        await quiet();
      }
    },
  };

  function slowLedger(): Ledger {
    const ledger = createRequestLedger({ db, log: silentLog }, account);
    return {
      batch: ledger.batch,
      async exchange(words) {
        const { toMs, backMs } = delays;
        await onTheWay(way, toMs);
        busy += 1;
        const answer = await ledger.exchange(words).finally(() => (busy -= 1));
        await onTheWay(way, backMs);
        return answer;
      },
    };
  }

  /** Until nothing waits for anything but time. */
  async function quiet(): Promise<void> {
    for (let idle = 0; idle < 3; idle = busy === 0 ? idle + 1 : 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** The most that passed in any `windowMs`, whenever it begins. */
export function mostWithin(passed: readonly number[], windowMs: number): number {
  let first = 0;
  let most = 0;
  for (const [last, time] of passed.entries()) {
    while ((passed[first] ?? 0) <= time - windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

function onTheWay(clock: TestClock, ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => clock.after(ms, resolve));
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`There is no process ${index}`);
  return found;
}
