/** Stored bytes of all workspaces that belong to no document: what the sweep finds. */
import type { Id } from '../domain/id.ts';
import type { BlobKey } from './blobs.ts';
import type { Sql } from './db.ts';

/** The processes that have files on their way in. */
export async function listBlobOwners(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ owner: string }>(
    `select distinct owner from document_blobs where state = 'arriving'`,
  );
  return rows.map(({ owner }) => owner);
}

/** Gives up what these processes were writing, and what has been on its way since before `before`. */
export async function abandonBlobs(
  sql: Sql,
  lost: { owners: readonly string[]; before: string },
): Promise<void> {
  await sql.query(
    `update document_blobs set state = 'leaving'
     where state = 'arriving' and (owner = any ($1::text[]) or touched_at < $2::timestamptz)`,
    [lost.owners, lost.before],
  );
}

/** Files of `bucket` that are to be removed, in the order of their ids, after `after`. */
export async function listLeavingBlobs(
  sql: Sql,
  page: { bucket: string; after: Id | null; limit: number },
): Promise<BlobKey[]> {
  const { rows } = await sql.query<{ workspace_id: Id; id: Id }>(
    `select workspace_id, id from document_blobs
     where state = 'leaving' and bucket = $1 and ($2::uuid is null or id > $2)
     order by id limit $3`,
    [page.bucket, page.after, page.limit],
  );
  return rows.map(({ workspace_id: workspaceId, id }) => ({ workspaceId, id }));
}

/** Of these ids those that are files on their way in. */
export async function findArriving(sql: Sql, ids: readonly Id[]): Promise<Set<Id>> {
  const { rows } = await sql.query<{ id: Id }>(
    `select id from document_blobs where id = any ($1::uuid[]) and state = 'arriving'`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}
