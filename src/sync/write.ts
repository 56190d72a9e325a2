/** The frame of every write into the mirror: one transaction, its feed rows last. */
import { appendFeed, type FeedEntry } from '../store/feed.ts';
import type { Db, Tx } from '../store/db.ts';

/**
 * Runs `work` in one transaction and appends what it put into `feed` as the last statement before the
 * commit, which is what puts the feed in commit order.
 */
export function write<T>(
  db: Db,
  workspaceId: string,
  work: (tx: Tx, feed: FeedEntry[]) => Promise<T>,
): Promise<T> {
  return db.tx(async (tx) => {
    const feed: FeedEntry[] = [];
    const result = await work(tx, feed);
    if (feed.length > 0) await appendFeed(tx, workspaceId, { at: await tx.clock(), entries: feed });
    return result;
  });
}
