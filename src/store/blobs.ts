/** Rows of stored bytes: on their way in, kept, or on their way out. Whoever writes a file makes its row first. */
import { AppError } from '../domain/errors.ts';
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';

/** What tells one file in the store. */
export interface BlobKey {
  workspaceId: Id;
  id: Id;
}

export interface Content {
  /** Lower-case hex. */
  sha256: string;
  size: number;
}

/** Remembers that a file is going to be written by `owner`, a process. */
export async function beginBlob(
  sql: Sql,
  blob: BlobKey & { bucket: string; owner: string },
): Promise<void> {
  await sql.query(
    `insert into document_blobs (workspace_id, id, bucket, state, owner, touched_at)
     values ($1, $2, $3, 'arriving', $4, $5::timestamptz)`,
    [blob.workspaceId, blob.id, blob.bucket, blob.owner, await sql.clock()],
  );
}

/** Held to the end of the transaction: who keeps, counts or lets go of a workspace's bytes does it alone. */
export async function lockBlobs(tx: Tx, workspaceId: Id): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('documents ' || $1, 0))`, [
    workspaceId,
  ]);
}

/**
 * The file whose bytes are safe becomes one that is kept, unless the workspace keeps the same content
 * already: then it is to be removed. Answers the id under which the content is kept. Under `lockBlobs`.
 * Throws `document.upload_lost` where it was given up meanwhile.
 */
export async function keepBlob(
  tx: Tx,
  blob: BlobKey & { bucket: string },
  content: Content,
): Promise<Id> {
  const { workspaceId, id, bucket } = blob;
  const { rows } = await tx.query<{ id: Id }>(
    `select id from document_blobs
     where workspace_id = $1 and bucket = $2 and sha256 = $3 and state = 'kept'`,
    [workspaceId, bucket, content.sha256],
  );
  const [same] = rows;
  const { count } = await tx.query(
    `update document_blobs set state = $3, sha256 = $4, size = $5, touched_at = $6::timestamptz
     where workspace_id = $1 and id = $2 and state = 'arriving'`,
    [
      workspaceId,
      id,
      same === undefined ? 'kept' : 'leaving',
      content.sha256,
      content.size,
      await tx.clock(),
    ],
  );
  if (same === undefined && count !== 1) throw lostError();
  return same?.id ?? id;
}

/** Bytes that the workspace keeps, each content once. */
export async function readUsage(sql: Sql, workspaceId: Id): Promise<number> {
  const { rows } = await sql.query<{ bytes: number }>(
    `select coalesce(sum(size), 0)::bigint as bytes from document_blobs
     where workspace_id = $1 and state = 'kept'`,
    [workspaceId],
  );
  return rows[0]?.bytes ?? 0;
}

/**
 * Of these files those to which no document points any more are to be removed. Under `lockBlobs`; does nothing in a
 * transaction that is narrowed to one member's rows, which does not see who else points to them.
 */
export async function releaseBlobs(tx: Tx, workspaceId: Id, ids: readonly Id[]): Promise<void> {
  await tx.query(
    `update document_blobs b set state = 'leaving', touched_at = $3::timestamptz
     where b.workspace_id = $1 and b.id = any ($2::uuid[]) and b.state = 'kept' and not exists (
       select 1 from client_documents d where d.workspace_id = $1 and d.blob_id = b.id)
       and coalesce(current_setting('calendly_sync.only_of', true), '') = ''`,
    [workspaceId, ids, await tx.clock()],
  );
}

/**
 * Gives up a file that did not become a document; true where its bytes may be removed now. False where it is
 * kept after all: a commit whose answer was lost.
 */
export async function abandonBlob(sql: Sql, blob: BlobKey): Promise<boolean> {
  const { count } = await sql.query(
    `update document_blobs set state = 'leaving'
     where workspace_id = $1 and id = $2 and state in ('arriving', 'leaving')`,
    [blob.workspaceId, blob.id],
  );
  return count === 1;
}

/** Forgets a file whose bytes are removed. */
export async function forgetBlob(sql: Sql, blob: BlobKey): Promise<void> {
  await sql.query(
    `delete from document_blobs where workspace_id = $1 and id = $2 and state = 'leaving'`,
    [blob.workspaceId, blob.id],
  );
}

function lostError(): AppError {
  return new AppError({
    kind: 'busy',
    code: 'document.upload_lost',
    message: 'The upload took so long that it was given up.',
    action: 'Send the file again.',
  });
}
