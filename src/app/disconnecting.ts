/** Unlinking accounts: what is ours at Calendly goes, the rows stay unless they are to be removed. */
import { purge } from '../accounts/purge.ts';
import { describeError } from '../domain/errors.ts';
import { appendAudit, type Doer } from '../store/audit.ts';
import { type Connection, findConnection, listUnfinished } from '../store/connections.ts';
import type { Purged } from '../store/purge.ts';
import { disconnect as markDisconnected, forgetCredentials } from '../store/unlinking.ts';
import { endSubscriptions } from '../sync/unsubscribe.ts';
import type { Core } from './core.ts';
import { noSuchConnection } from './not-connected.ts';

export interface DisconnectRequest {
  workspaceId: string;
  id: string;
  /** Remove what no other connection has seen, too. */
  purge: boolean;
  by: Doer;
}

export interface Disconnected {
  /** Our webhook subscriptions: removed at Calendly, and those it would not let us remove. */
  subscriptions: { removed: number; left: number };
  purged: Purged | null;
}

/** Calendly is asked for this long; then the account is unlinked without it. */
const PATIENCE_MS = 15_000;

/**
 * Unlinks the account. May be called again: what was interrupted goes on, and `purge` removes what an earlier
 * call left. Throws `connection.unknown`.
 */
export async function disconnect(
  core: Core,
  request: DisconnectRequest,
  options: { signal: AbortSignal; told?: (sum: Purged) => void },
): Promise<Disconnected> {
  const { workspaceId, id } = request;
  const rows = core.tenants.of(workspaceId);
  const connection = await findConnection(rows, id);
  if (connection === undefined || connection.workspace_id !== workspaceId) throw noSuchConnection();
  await rows.tx(async (tx) => {
    await markDisconnected(tx, { workspaceId, id, at: await tx.clock() });
    if (connection.state === 'disconnected' && !request.purge) return;
    const action = request.purge ? 'connection.purged' : 'connection.unlinked';
    await appendAudit(tx, { workspaceId, ...request.by, action, subject: id }, core.ids);
  });
  const subscriptions = await takeLeave(core, connection, options.signal);
  const purged = request.purge
    ? await purge(rows, { workspaceId, connectionId: id }, options)
    : null;
  return { subscriptions, purged };
}

/** Takes leave of Calendly for accounts whose unlinking was interrupted, or that were unlinked with their user. */
export async function finishUnlinking(core: Core): Promise<void> {
  for (const connection of await listUnfinished(core.db)) {
    await takeLeave(core, connection, core.signal);
  }
}

/** Removes at Calendly what is ours, and forgets the token. What Calendly does not let us do is logged. */
async function takeLeave(
  core: Core,
  connection: Connection,
  signal: AbortSignal,
): Promise<Disconnected['subscriptions']> {
  const left = { removed: 0, left: 0 };
  if (connection.token_sealed === null) return left;
  const late = new AbortController();
  const cancel = core.clock.after(PATIENCE_MS, () => late.abort(new Error('Calendly was slow')));
  const rows = core.tenants.of(connection.workspace_id);
  try {
    const client = core.clients.clientFor(connection, AbortSignal.any([late.signal, signal]));
    try {
      const counts = await endSubscriptions({ db: rows, calendly: client.calendly, connection });
      Object.assign(left, counts);
    } finally {
      await client.close();
    }
    await core.clients.revoke(connection, AbortSignal.any([late.signal, signal]));
  } catch (error) {
    signal.throwIfAborted();
    core.log.warn('What is ours at Calendly could not be removed wholly', {
      connection_id: connection.id,
      ...describeError(error),
    });
  } finally {
    cancel();
  }
  await rows.tx(async (tx) =>
    forgetCredentials(tx, {
      workspaceId: connection.workspace_id,
      id: connection.id,
      at: await tx.clock(),
    }),
  );
  core.clients.forget(connection.id);
  return left;
}
