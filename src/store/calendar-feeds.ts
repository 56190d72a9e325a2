/** Calendar feeds as rows: which user's meetings a link shows. */
import type { Id } from '../domain/id.ts';
import type { Sql } from './db.ts';

interface FeedOwner {
  workspaceId: Id;
  userId: Id;
}

/** Gives the user a link; one that the user had before shows nothing any more. */
export async function replaceCalendarFeed(
  sql: Sql,
  owner: FeedOwner,
  keyHash: Uint8Array,
): Promise<string> {
  const at = await sql.clock();
  await sql.query(
    `insert into calendar_feeds (workspace_id, user_id, key_hash, created_at) values ($1, $2, $3, $4)
     on conflict (workspace_id, user_id) do update
       set key_hash = excluded.key_hash, created_at = excluded.created_at`,
    [owner.workspaceId, owner.userId, keyHash, at],
  );
  return at;
}

/** Since when the user has a link; undefined without one. */
export async function findCalendarFeed(sql: Sql, owner: FeedOwner): Promise<string | undefined> {
  const { rows } = await sql.query<{ created_at: string }>(
    'select created_at from calendar_feeds where workspace_id = $1 and user_id = $2',
    [owner.workspaceId, owner.userId],
  );
  return rows[0]?.created_at;
}

/** Takes the link away; false where there was none. */
export async function removeCalendarFeed(sql: Sql, owner: FeedOwner): Promise<boolean> {
  const { count } = await sql.query(
    'delete from calendar_feeds where workspace_id = $1 and user_id = $2',
    [owner.workspaceId, owner.userId],
  );
  return count > 0;
}

/** Whose link this is; undefined for one that is nobody's any more. */
export async function findFeedOwner(sql: Sql, keyHash: Uint8Array): Promise<FeedOwner | undefined> {
  const { rows } = await sql.query<{ workspace_id: Id; user_id: Id }>(
    `select f.workspace_id, f.user_id from calendar_feeds f
     join users u on u.workspace_id = f.workspace_id and u.id = f.user_id and u.removed_at is null
     where f.key_hash = $1`,
    [keyHash],
  );
  const [row] = rows;
  return row === undefined ? undefined : { workspaceId: row.workspace_id, userId: row.user_id };
}
