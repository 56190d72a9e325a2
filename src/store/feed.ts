/** The change feed: what the live stream reads, numbered per workspace in commit order. */
import type { Tx } from './db.ts';

export interface FeedEntry {
  event: string;
  subjectId: string;
  data?: Readonly<Record<string, unknown>>;
}

/** The channel of the notice that new feed rows are there; its payload is the workspace's id. */
export const FEED_CHANNEL = 'calendly_sync_feed';

/**
 * Appends to the workspace's feed. Must be the last statement of its transaction: the row lock on the
 * workspace is what puts numbers in commit order.
 */
export async function appendFeed(
  tx: Tx,
  workspaceId: string,
  append: { at: string; entries: readonly FeedEntry[] },
): Promise<void> {
  if (append.entries.length === 0) return;
  await tx.query(
    `with counted as (
       update workspaces set feed_number = feed_number + $2 where id = $1 returning feed_number
     ), appended as (
       insert into feed (workspace_id, number, at, event, subject_id, data)
       select $1, c.feed_number - $2 + x.ordinal, $3, x.item ->> 'event', (x.item ->> 'subject_id')::uuid,
         x.item -> 'data'
       from counted c, jsonb_array_elements($4::jsonb) with ordinality as x(item, ordinal)
     )
     select pg_notify('${FEED_CHANNEL}', $1::text)`,
    [
      workspaceId,
      append.entries.length,
      append.at,
      JSON.stringify(
        append.entries.map((entry) => ({
          event: entry.event,
          subject_id: entry.subjectId,
          data: entry.data ?? {},
        })),
      ),
    ],
  );
}
