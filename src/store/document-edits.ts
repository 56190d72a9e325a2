/** Documents as they are written: made, named anew, assigned, deleted, restored, removed for good. */
import type { FileKind, UploadSource } from '../domain/document.ts';
import { type Id, isId } from '../domain/id.ts';
import { releaseBlobs, type Content } from './blobs.ts';
import type { Sql, Tx } from './db.ts';

export interface NewDocument {
  workspaceId: Id;
  id: Id;
  clientId: Id | null;
  meetingId: Id | null;
  /** What people see. */
  fileName: string;
  /** As it came. */
  originalName: string;
  kind: Pick<FileKind, 'type' | 'category'>;
  content: Content;
  blobId: Id;
  bucket: string;
  path: string;
  uploadedBy: Id;
  source: UploadSource;
}

/** Adds the row; the bytes have to be safe. */
export async function insertDocument(tx: Tx, document: NewDocument): Promise<void> {
  await tx.query(
    `insert into client_documents (workspace_id, id, client_id, meeting_id, file_name, original_name, file_type,
       file_category, file_size, sha256, blob_id, storage_bucket, storage_path, uploaded_by, upload_source,
       uploaded_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16::timestamptz, $16::timestamptz)`,
    [
      document.workspaceId,
      document.id,
      document.clientId,
      document.meetingId,
      document.fileName,
      document.originalName,
      document.kind.type,
      document.kind.category,
      document.content.size,
      document.content.sha256,
      document.blobId,
      document.bucket,
      document.path,
      document.uploadedBy,
      document.source,
      await tx.clock(),
    ],
  );
}

/** Whether the workspace has these; they stay to the end of the transaction. Null is always there. */
export async function holdTargets(
  tx: Tx,
  workspaceId: Id,
  target: { clientId: Id | null; meetingId: Id | null },
): Promise<boolean> {
  const has = async (table: 'clients' | 'meetings', id: Id | null): Promise<boolean> => {
    if (id === null) return true;
    if (!isId(id)) return false;
    const { count } = await tx.query(
      `select 1 from ${table} where workspace_id = $1 and id = $2 for key share`,
      [workspaceId, id],
    );
    return count === 1;
  };
  return (await has('clients', target.clientId)) && (await has('meetings', target.meetingId));
}

/** Locks the document, a deleted one too, and answers when it last changed. */
export async function lockDocument(
  tx: Tx,
  workspaceId: Id,
  id: Id,
): Promise<{ updated_at: string; deleted: boolean; file_name: string } | undefined> {
  const { rows } = await tx.query<{
    updated_at: string;
    deleted: boolean;
    file_name: string;
  }>(
    `select coalesce(updated_at, uploaded_at) as updated_at, is_deleted as deleted, file_name
     from client_documents where workspace_id = $1 and id = $2 for update`,
    [workspaceId, id],
  );
  return rows[0];
}

export interface DocumentEdit {
  fileName?: string | undefined;
  clientId?: Id | null | undefined;
  meetingId?: Id | null | undefined;
}

/** Writes the given fields of a locked document; what is `undefined` stays. */
export async function editDocument(
  tx: Tx,
  document: { workspaceId: Id; id: Id },
  edit: DocumentEdit,
): Promise<void> {
  await tx.query(
    `update client_documents set
       file_name = coalesce($4, file_name),
       client_id = case when $5 then $6::uuid else client_id end,
       meeting_id = case when $7 then $8::uuid else meeting_id end,
       updated_at = $3::timestamptz
     where workspace_id = $1 and id = $2`,
    [
      document.workspaceId,
      document.id,
      await tx.clock(),
      edit.fileName ?? null,
      edit.clientId !== undefined,
      edit.clientId ?? null,
      edit.meetingId !== undefined,
      edit.meetingId ?? null,
    ],
  );
}

/** Deletes a locked document, or brings it back; row and bytes stay either way. */
export async function setDeleted(
  tx: Tx,
  document: { workspaceId: Id; id: Id },
  deleted: boolean,
): Promise<void> {
  await tx.query(
    `update client_documents set is_deleted = $3, updated_at = $4::timestamptz,
       deleted_at = case when $3 then $4::timestamptz end
     where workspace_id = $1 and id = $2`,
    [document.workspaceId, document.id, deleted, await tx.clock()],
  );
}

/** Removes these rows for good; bytes that nothing else points to go with the sweep. Under `lockBlobs`. */
export async function removeDocuments(tx: Tx, workspaceId: Id, ids: readonly Id[]): Promise<void> {
  const { rows } = await tx.query<{ blob_id: Id | null }>(
    `delete from client_documents where workspace_id = $1 and id = any ($2::uuid[]) returning blob_id`,
    [workspaceId, ids],
  );
  await releaseBlobs(
    tx,
    workspaceId,
    rows.flatMap(({ blob_id }) => blob_id ?? []),
  );
}

/**
 * The deleted documents that have to go for good so that at least `bytes` become free, those first that were
 * deleted first; `undefined` where that would not be enough.
 */
export async function findRoom(tx: Tx, workspaceId: Id, bytes: number): Promise<Id[] | undefined> {
  const { rows } = await tx.query<{ ids: Id[]; size: number }>(
    `select array_agg(d.id) as ids, b.size from document_blobs b
     join client_documents d on d.workspace_id = b.workspace_id and d.blob_id = b.id
     where b.workspace_id = $1 and b.state = 'kept'
     group by b.id, b.size having bool_and(d.is_deleted) order by max(d.deleted_at), b.id`,
    [workspaceId],
  );
  const chosen: Id[] = [];
  let free = 0;
  for (const { ids, size } of rows) {
    if (free >= bytes) break;
    chosen.push(...ids);
    free += size;
  }
  return free >= bytes ? chosen : undefined;
}

/** Documents of clients that become one follow to it; with `ids` only these of them. */
export async function moveDocuments(
  tx: Tx,
  workspaceId: Id,
  move: { from: readonly Id[]; to: Id; ids?: readonly Id[] },
): Promise<void> {
  await tx.query(
    `update client_documents set client_id = $3, updated_at = $4::timestamptz
     where workspace_id = $1 and client_id = any ($2::uuid[]) and ($5::uuid[] is null or id = any ($5::uuid[]))`,
    [workspaceId, move.from, move.to, await tx.clock(), move.ids ?? null],
  );
}

/** Documents of meetings that are removed for good go back to the tray where they are of no client. */
export async function detachDocuments(
  tx: Tx,
  workspaceId: Id,
  meetingIds: readonly Id[],
): Promise<void> {
  await tx.query(
    `update client_documents set meeting_id = null, updated_at = $3::timestamptz
     where workspace_id = $1 and meeting_id = any ($2::uuid[])`,
    [workspaceId, meetingIds, await tx.clock()],
  );
}

/** Rows of an older installation of which nobody knew whose they are become the only workspace's. For the owner of the tables. */
export async function adoptDocuments(sql: Sql): Promise<void> {
  await sql.query(
    `update client_documents set workspace_id = (select id from workspaces)
     where workspace_id is null and (select count(*) from workspaces) = 1`,
  );
}
