/** Runs in this process: the board, the worker, and what a run is executed with. */
import { identifyEnvironment } from '../accounts/environment.ts';
import { carryErasures } from '../clients/erasing.ts';
import { type RunBoard, createRunBoard } from '../jobs/board.ts';
import { type ExecuteDeps, executeRun } from '../jobs/execute.ts';
import { identifyProcess, type ProcessIdentity } from '../jobs/process.ts';
import { startWorker, type Worker } from '../jobs/worker.ts';
import type { Run } from '../store/runs.ts';
import type { Core } from './core.ts';
import { subscribe } from './webhooks.ts';

export interface SyncRunner {
  board: RunBoard;
  self: ProcessIdentity;
  stop(): Promise<void>;
}

/** Runs at once in one process: enough while most of them wait for Calendly, few enough to stay small. */
export const PLACES = 8;

/** Starts taking runs as `self`, this process; `finished` is told of each that ends here. */
export async function startSyncRunner(
  core: Core,
  finished: (run: Run) => void,
  self: ProcessIdentity = identifyProcess(core.random),
): Promise<SyncRunner> {
  const { db, tenants, clock, log } = core;
  const board = await createRunBoard({ db, clock });
  const execute: ExecuteDeps = {
    tenants,
    log,
    range: core.config.sync,
    newId: core.newId,
    owner: self.id,
    clientFor: (connection, signal) => core.clients.clientFor(connection, signal),
    subscribe: (context) => subscribe(core, context),
    async identified(connection, user) {
      core.clients.identified(connection.id, user.uri);
      await identifyEnvironment(environmentDeps(core), connection, user);
    },
    carryErasures: (workspaceId) => carryErasures(tenants.of(workspaceId), workspaceId, core.ids),
    finished,
  };
  const worker: Worker = startWorker({
    db,
    clock,
    log,
    board,
    self,
    concurrency: PLACES,
    execute: (run, signal) => executeRun(execute, run, signal),
  });
  return {
    board,
    self,
    async stop() {
      await worker.stop();
      await board.close();
    },
  };
}

export function environmentDeps(core: Core): Parameters<typeof identifyEnvironment>[0] {
  return {
    db: core.db,
    keyring: core.secrets.keyring,
    hashKey: core.secrets.tokenHash,
    ids: core.ids,
  };
}
