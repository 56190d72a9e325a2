/** Emptying a workspace that was deleted. */
import type { Id } from '../domain/id.ts';
import type { Db } from '../store/db.ts';
import {
  OF_WORKSPACE,
  releaseBlobs,
  removeRows,
  removeWorkspaceRow,
} from '../store/workspace-removal.ts';

const BATCH = 2000;

/**
 * Removes every row of a closed workspace, in batches: what is interrupted goes on with the next call. False while
 * stored bytes of it are left, which the sweep removes. Throws the signal's reason.
 */
export async function emptyWorkspace(
  db: Db,
  workspaceId: Id,
  signal: AbortSignal,
): Promise<boolean> {
  for (const table of OF_WORKSPACE) {
    do signal.throwIfAborted();
    while ((await removeRows(db, workspaceId, { table, limit: BATCH })) === BATCH);
  }
  await releaseBlobs(db, workspaceId);
  return db.tx((tx) => removeWorkspaceRow(tx, workspaceId));
}
