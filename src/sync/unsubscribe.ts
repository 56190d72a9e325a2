/** Taking our webhook subscriptions away from Calendly. */
import type { CalendlyClient } from '../calendly/client.ts';
import { CalendlyError } from '../calendly/errors.ts';
import type { Connection } from '../store/connections.ts';
import type { Db } from '../store/db.ts';
import { listSubscriptions, saveRefusal, saveSubscription } from '../store/subscriptions.ts';
import { deleteSubscription } from './subscription-calls.ts';

/**
 * Deletes every subscription that we stored for the connection, and remembers that it should stay so.
 * Answers how many there were at Calendly. Throws `CalendlyError` where one could not be deleted.
 */
export async function removeSubscriptions(context: {
  db: Db;
  calendly: CalendlyClient;
  connection: Connection;
}): Promise<number> {
  const { db, connection } = context;
  const owner = { workspaceId: connection.workspace_id, connectionId: connection.id };
  // remembered first: a run in between makes none anew
  const said = { code: 'webhooks.removed', message: 'Removed by `webhooks remove`.' };
  for (const family of ['core', 'routing']) {
    await saveRefusal(db, owner, { family, at: await db.clock(), said });
  }
  let removed = 0;
  for (const row of await listSubscriptions(db, owner)) {
    if (row.calendly_uri !== null && (await deleteSubscription(context.calendly, row.calendly_uri)))
      removed += 1;
    await saveSubscription(db, row, {
      at: await db.clock(),
      state: 'ended',
      note: 'removed by command',
    });
  }
  return removed;
}

/**
 * Takes the subscriptions of an account that is being unlinked away, as far as Calendly lets us: one that cannot
 * be deleted does not keep the others. Answers how many are gone and how many are left there.
 */
export async function endSubscriptions(context: {
  db: Db;
  calendly: CalendlyClient;
  connection: Pick<Connection, 'workspace_id' | 'id'>;
}): Promise<{ removed: number; left: number }> {
  const { db, calendly, connection } = context;
  const owner = { workspaceId: connection.workspace_id, connectionId: connection.id };
  const counts = { removed: 0, left: 0 };
  for (const row of await listSubscriptions(db, owner)) {
    if (row.calendly_uri === null) continue;
    try {
      if (await deleteSubscription(calendly, row.calendly_uri)) counts.removed += 1;
    } catch (error) {
      if (!(error instanceof CalendlyError)) throw error;
      counts.left += 1;
    }
  }
  return counts;
}
