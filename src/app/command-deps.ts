/** A core as commands see it: in the server that holds it, or opened for one command. */
import type { CommandDeps } from '../cli/deps.ts';
import { THE_OPERATOR } from '../store/audit.ts';
import { connect, lookAgain } from './connecting.ts';
import { disconnect } from './disconnecting.ts';
import { type Core, MIGRATIONS_DIR } from './core.ts';
import { identifyProcess } from '../jobs/process.ts';
import { type DocumentsRoom, openDocuments } from './documents.ts';
import { exportPerson, forgetPerson } from './people.ts';
import { prepare } from './prepare.ts';
import { finishRemovals, removeWorkspace } from './removing-workspace.ts';
import { startSyncRunner, type SyncRunner } from './sync-runner.ts';

export interface CommandSession {
  deps: CommandDeps;
  /** Ends what the command started here; the core stays open. */
  close(): Promise<void>;
}

/** `serving`: the runner of the server that the command runs inside; the database is ready then. */
export function openCommandSession(core: Core, serving: SyncRunner | null): CommandSession {
  let own: SyncRunner | null = null;
  let prepared: Promise<void> | null = serving === null ? null : Promise.resolve();
  return {
    deps: {
      settings: {
        schema: core.config.database.schema,
        range: core.config.sync,
        schedule: core.config.sync.schedule,
        warnings: core.config.warnings,
      },
      mode: core.mode.kind,
      db: core.db,
      tenants: core.tenants,
      owner: core.owner,
      clock: core.clock,
      random: core.random,
      ids: core.ids,
      newId: core.newId,
      keyring: core.secrets.keyring,
      jwtSecret: core.secrets.jwt,
      clientFor: (connection, signal) => core.clients.clientFor(connection, signal),
      connect: ({ token, ...request }) =>
        connect(core, { ...request, by: THE_OPERATOR, key: { kind: 'token', token } }),
      disconnect: (request, signal) =>
        disconnect(core, { ...request, by: THE_OPERATOR }, { signal }),
      exportPerson: (workspaceId, email) =>
        withDocuments(core, (room) =>
          exportPerson(core, room.deps.storage, { workspaceId, email, by: THE_OPERATOR }),
        ),
      erasePerson: (workspaceId, email) =>
        forgetPerson(core, { workspaceId, email, by: THE_OPERATOR }),
      async sweepDocuments() {
        await withDocuments(core, (room) => room.sweep());
      },
      async removeWorkspace(id, signal) {
        await removeWorkspace(core, id);
        await finishRemovals(core, signal);
      },
      lookAgain: async (connection, signal) =>
        (await lookAgain(core, connection, signal)).preflight,
      async waitForRuns(runIds, signal) {
        if (serving !== null) return serving.board.waitFor(runIds, { signal });
        own ??= await startSyncRunner(core, () => undefined);
        return own.board.waitFor(runIds, { signal });
      },
      publicUrl: () => core.publicUrl(),
      prepare() {
        prepared ??= prepare(core);
        return prepared;
      },
      migrationsDir: MIGRATIONS_DIR,
    },
    close: async () => own?.stop(),
  };
}

/** A room of this command alone. */
async function withDocuments<T>(core: Core, work: (room: DocumentsRoom) => Promise<T>): Promise<T> {
  const room = openDocuments(core, identifyProcess(core.random));
  try {
    return await work(room);
  } finally {
    await room.close();
  }
}
