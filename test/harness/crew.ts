/** Several connections, each to a Calendly of its own, in one workspace, worked by real workers. */
import { silentLog } from '../../src/base/log.ts';
import { type Clock, systemClock } from '../../src/base/time.ts';
import { createRunBoard, type RunBoard } from '../../src/jobs/board.ts';
import { type ExecuteDeps, executeRun } from '../../src/jobs/execute.ts';
import { startWorker, type Worker } from '../../src/jobs/worker.ts';
import type { Db } from '../../src/store/db.ts';
import type { Run } from '../../src/store/runs.ts';
import { queueRuns } from '../../src/sync/request.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { createWorld, tokenOf } from '../../simulator/world.ts';
import { freshDatabase } from './database.ts';
import { createSyncClient } from './sync-client.ts';
import { makeId, seedConnection } from './sync-world.ts';
import { tenantsOf } from '../../src/store/tenants.ts';

export interface Joined {
  workspaceId: string;
  connectionId: string;
}

export interface Member extends Joined {
  simulator: Simulator;
}

export interface Crew {
  db: Db;
  board: RunBoard;
  /** A connection to a new Calendly in which this story is told. */
  join(story: string): Promise<Member>;
  /** A connection to whatever answers there, with a token that it may refuse. */
  joinAt(url: string, token?: string): Promise<Joined>;
  /** Starts one more process's worker. */
  hire(as?: { places?: number; clock?: Clock }): Worker;
  /** Asks for a run of each; answers their ids. */
  ask(members: readonly Joined[]): Promise<string[]>;
  /** Waits until all have ended. */
  ended(ids: readonly string[]): Promise<Run[]>;
  close(): Promise<void>;
}

/** Workers that never look by themselves: a notice that is missed leaves its run lying. */
const NOTICES_ONLY: Clock = { ...systemClock, after: () => () => undefined };

export async function makeCrew(): Promise<Crew> {
  const { db, drop } = await freshDatabase('postgres');
  const board = await createRunBoard({ db, clock: systemClock });
  const members: Member[] = [];
  const places = new Map<string, { baseUrl: string; token: string }>();
  const workers: Worker[] = [];
  const { signal } = new AbortController();

  function depsOf(owner: string): ExecuteDeps {
    return {
      tenants: tenantsOf(db),
      log: silentLog,
      range: { pastDays: 730, futureDays: 365 },
      newId: makeId,
      owner,
      clientFor(connection, aborted) {
        const place = places.get(connection.id);
        if (place === undefined) throw new Error('A connection that nobody joined');
        return createSyncClient({ ...place, signal: aborted, limits: { pages: 40 } });
      },
      identified: () => Promise.resolve(),
      finished: () => undefined,
    };
  }

  return {
    db,
    board,
    async join(story) {
      const seed = members.length + 1;
      const world = createWorld({ story, seed, readings: { calendarPushMs: 0 } });
      const simulator = await startSimulator({ world, rateLimit: 1_000_000 });
      const member = { ...(await seedConnection(db, 'user')), simulator };
      members.push(member);
      places.set(member.connectionId, { baseUrl: simulator.url, token: tokenOf(world, 'host') });
      return member;
    },
    async joinAt(baseUrl, token = 'a-token') {
      const joined = await seedConnection(db, 'user');
      places.set(joined.connectionId, { baseUrl, token });
      return joined;
    },
    hire({ places: concurrency = 4, clock = NOTICES_ONLY } = {}) {
      // each on a host of its own: of one host and process the older worker would count as gone
      const pid = workers.length + 1;
      const host = `host-${pid}`;
      const self = { id: `${host}:${pid}:crew`, host, pid };
      const deps = depsOf(self.id);
      const worker = startWorker({
        db,
        clock,
        log: silentLog,
        board,
        self,
        concurrency,
        execute: (run, aborted) => executeRun(deps, run, aborted),
      });
      workers.push(worker);
      return worker;
    },
    ask(asked) {
      const connections = asked.map(({ workspaceId, connectionId }) => ({
        workspace_id: workspaceId,
        id: connectionId,
      }));
      return queueRuns({ db, newId: makeId }, connections, { trigger: 'api', full: false });
    },
    ended: (ids) => board.waitFor(ids, { signal }),
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await board.close();
      await Promise.all(members.map(({ simulator }) => simulator.close()));
      await drop();
    },
  };
}
