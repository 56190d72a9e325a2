/** The change feed as it is read: what comes after a number, and how far back it reaches. */
import type { Id } from '../domain/id.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Sql } from './db.ts';

export interface FeedRow {
  number: number;
  at: Timestamp;
  event: string;
  subject_id: Id;
  data: Record<string, unknown>;
}

/** The rows after `after`, in order, at most `limit`. Only what is committed, and never with a hole. */
export async function readFeed(
  sql: Sql,
  workspaceId: Id,
  request: { after: number; limit: number },
): Promise<FeedRow[]> {
  const { rows } = await sql.query<FeedRow>(
    `select number, at, event, subject_id, data from feed
     where workspace_id = $1 and number > $2 order by number limit $3`,
    [workspaceId, request.after, request.limit],
  );
  return rows;
}

/** Of the rows' subjects, the meetings and people that `sql` does not see. */
export async function findHidden(
  sql: Sql,
  workspaceId: Id,
  feed: readonly FeedRow[],
): Promise<Set<Id>> {
  const ids = feed.flatMap(({ event, subject_id: id }) => (OF_PEOPLE.test(event) ? [id] : []));
  const { rows } = await sql.query<{ id: Id }>(
    `select id from meetings where workspace_id = $1 and id = any ($2::uuid[])
     union all select id from clients where workspace_id = $1 and id = any ($2::uuid[])`,
    [workspaceId, ids],
  );
  const seen = new Set(rows.map(({ id }) => id));
  return new Set(ids.filter((id) => !seen.has(id)));
}

const OF_PEOPLE = /^(meeting|client|document)\./;

/** The workspace's newest number; 0 before the first. */
export async function newestFeedNumber(sql: Sql, workspaceId: Id): Promise<number> {
  const { rows } = await sql.query<{ feed_number: number }>(
    'select feed_number from workspaces where id = $1',
    [workspaceId],
  );
  return rows[0]?.feed_number ?? 0;
}

/**
 * Whether everything after `after` is still there and came at `since` or later, so that whoever has seen
 * `after` can go on from it. False for a number that has not been given out yet.
 */
export async function isFeedKept(
  sql: Sql,
  workspaceId: Id,
  request: { after: number; since: Timestamp },
): Promise<boolean> {
  const { rows } = await sql.query<{ kept: boolean | null }>(
    `select w.feed_number = $2::bigint or f.at >= $3 as kept
     from workspaces w left join feed f on f.workspace_id = w.id and f.number = $2::bigint + 1
     where w.id = $1`,
    [workspaceId, request.after, request.since],
  );
  return rows[0]?.kept === true;
}

/**
 * Forgets what came before `before`, every workspace's; answers how many rows. Times are not quite in
 * the order of numbers: all rows up to the last old one go, so that none is missing in between.
 */
export async function forgetFeed(sql: Sql, before: string): Promise<number> {
  const { count } = await sql.query(
    `delete from feed f using (
       select workspace_id, max(number) as number from feed where at < $1 group by workspace_id
     ) old
     where f.workspace_id = old.workspace_id and f.number <= old.number`,
    [before],
  );
  return count;
}
