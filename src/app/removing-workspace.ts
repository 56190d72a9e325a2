/** Deleting a workspace: closed at once, then its accounts take leave of Calendly and its rows go. */
import { emptyWorkspace } from '../accounts/workspace-removal.ts';
import { describeError } from '../domain/errors.ts';
import type { Id } from '../domain/id.ts';
import { closeWorkspace, listClosedWorkspaces } from '../store/workspace-removal.ts';
import type { Core } from './core.ts';
import { finishUnlinking } from './disconnecting.ts';

/** Closes the workspace and begins to empty it; what is interrupted, upkeep goes on with. */
export async function removeWorkspace(core: Core, workspaceId: Id): Promise<void> {
  const rows = core.tenants.of(workspaceId);
  await rows.tx(async (tx) => closeWorkspace(tx, { id: workspaceId, at: await tx.clock() }));
  core.log.info('A workspace was deleted', { workspace_id: workspaceId });
}

/** Removals under way in this process: who comes meanwhile waits for them, and looks again. */
const underWay = new WeakMap<Core, Promise<void>>();

/** Empties every workspace that was deleted, as far as it goes now. Throws the signal's reason. */
export async function finishRemovals(core: Core, signal = core.signal): Promise<void> {
  const before = underWay.get(core);
  const work = (async () => {
    await before?.catch(() => undefined);
    await emptyClosed(core, signal);
  })();
  underWay.set(core, work);
  await work;
}

async function emptyClosed(core: Core, signal: AbortSignal): Promise<void> {
  const closed = await listClosedWorkspaces(core.db);
  if (closed.length === 0) return;
  // while the token is there: without it nothing at Calendly can be ended
  await finishUnlinking(core);
  for (const id of closed) {
    const isGone = await emptyWorkspace(core.tenants.of(id), id, signal);
    if (isGone) core.log.info('Nothing is left of a deleted workspace', { workspace_id: id });
  }
}

/** As `finishRemovals`, for who does not wait: a fault is logged. */
export function beginRemovals(core: Core): void {
  finishRemovals(core).catch((error: unknown) => {
    if (core.signal.aborted) return;
    core.log.warn('A deleted workspace is not wholly removed yet', { ...describeError(error) });
  });
}
