/** Hiding meetings and invitees that Calendly does not have any more: nothing of them is lost. */
import type { FeedEntry } from '../store/feed.ts';
import type { Tx } from '../store/db.ts';
import { markVanished } from '../store/repairs.ts';

/** Within `write`: hides what has these URIs and tells of the meetings; answers how many meetings that were. */
export async function vanish(
  tx: Tx,
  feed: FeedEntry[],
  { workspaceId, uris }: { workspaceId: string; uris: readonly string[] },
): Promise<number> {
  const ids = await markVanished(tx, workspaceId, { at: await tx.clock(), uris });
  for (const id of ids) feed.push({ event: 'meeting.vanished', subjectId: id });
  return ids.length;
}
