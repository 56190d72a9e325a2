/** Asking for runs: one for each connection, new or joined. */
import type { Connection } from '../store/connections.ts';
import type { Db } from '../store/db.ts';
import { queueRun } from '../store/runs.ts';

export interface RunRequest {
  trigger: string;
  /** Read the whole range and every invitee in it. */
  full: boolean;
}

/** Queues or joins a run of each connection, in one transaction; answers their ids in the same order. */
export function queueRuns(
  deps: { db: Db; newId: () => string },
  connections: readonly Pick<Connection, 'workspace_id' | 'id'>[],
  request: RunRequest,
): Promise<string[]> {
  return deps.db.tx(async (tx) => {
    const at = await tx.clock();
    const ids: string[] = [];
    for (const connection of connections) {
      const { id } = await queueRun(tx, {
        workspaceId: connection.workspace_id,
        connectionId: connection.id,
        id: deps.newId(),
        ...request,
        at,
      });
      ids.push(id);
    }
    return ids;
  });
}
