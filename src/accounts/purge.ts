/** Removing what a connection brought and no other connection of the workspace has seen. */
import type { Db, Tx } from '../store/db.ts';
import { appendFeed } from '../store/feed.ts';
import {
  lockForPurge,
  type Purged,
  purgeConnection,
  type PurgedConnection,
  purgeMeetings,
} from '../store/purge.ts';

const BATCH = 200;

/**
 * Removes an unlinked connection with all that only it has seen, in batches: what is interrupted goes on with
 * the next call. Answers what was removed by this call. Throws the signal's reason.
 */
export async function purge(
  db: Db,
  owner: PurgedConnection,
  options: { signal: AbortSignal; told?: (sum: Purged) => void },
): Promise<Purged> {
  const sum: Purged = { meetings: 0, invitees: 0, clients: 0 };
  for (;;) {
    options.signal.throwIfAborted();
    const gone = await db.tx((tx) => purgeBatch(tx, owner));
    add(sum, gone);
    options.told?.(sum);
    if (gone.meetings === 0) break;
  }
  // the lock keeps away what was still under way: a late writer finds no connection
  const last = await db.tx(async (tx) =>
    (await lockForPurge(tx, owner)) ? purgeBatch(tx, owner, { isLast: true }) : null,
  );
  if (last !== null) add(sum, last);
  return sum;
}

async function purgeBatch(
  tx: Tx,
  owner: PurgedConnection,
  { isLast }: { isLast: boolean } = { isLast: false },
): Promise<Purged> {
  const limit = isLast ? null : BATCH;
  const { meetingIds, ...gone } = await purgeMeetings(tx, owner, limit);
  if (isLast) await purgeConnection(tx, owner);
  const entries = meetingIds.map((id) => ({ event: 'meeting.vanished', subjectId: id }));
  await appendFeed(tx, owner.workspaceId, { at: await tx.clock(), entries });
  return gone;
}

function add(sum: Purged, more: Purged): void {
  sum.meetings += more.meetings;
  sum.invitees += more.invitees;
  sum.clients += more.clients;
}
