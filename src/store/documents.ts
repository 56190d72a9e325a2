/** Documents as they are read: one, or a page of a filtered list. */
import type { FileCategory, UploadSource } from '../domain/document.ts';
import type { Id } from '../domain/id.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Sql } from './db.ts';
import { containing, pageOf, type Page } from './page.ts';

export interface DocumentView {
  id: Id;
  file_name: string;
  /** Null where an older installation did not say. */
  file_type: string | null;
  file_category: FileCategory;
  file_size: number | null;
  /** Null: the bytes are where an older installation put them. */
  sha256: string | null;
  client_id: Id | null;
  meeting_id: Id | null;
  upload_source: UploadSource | 'migrated';
  storage_bucket: string | null;
  uploaded_by: Id | null;
  uploaded_at: Timestamp;
  deleted_at: Timestamp | null;
  updated_at: Timestamp;
}

export const DOCUMENT_COLUMNS = `d.id, d.file_name, d.file_type, d.file_category, d.file_size, d.sha256,
  d.client_id, d.meeting_id, d.upload_source, d.storage_bucket, d.uploaded_by, d.uploaded_at,
  case when d.is_deleted then coalesce(d.deleted_at, d.uploaded_at) end as deleted_at,
  coalesce(d.updated_at, d.uploaded_at) as updated_at`;

export interface DocumentFilter {
  clientId?: Id | undefined;
  /** Documents of the whole series of this meeting. */
  meetingId?: Id | undefined;
  /** Of no client and no meeting. */
  unassigned: boolean;
  /** Literal text within the name. */
  q?: string | undefined;
  withDeleted: boolean;
}

export interface DocumentPlace {
  uploadedAt: string;
  id: Id;
}

/** The page after `after`, newest first. */
export async function listDocuments(
  sql: Sql,
  workspaceId: Id,
  request: { filter: DocumentFilter; after?: DocumentPlace | undefined; limit: number },
): Promise<Page<DocumentView>> {
  const { filter, after, limit } = request;
  const params: unknown[] = [workspaceId];
  const conditions = ['d.workspace_id = $1'];
  if (!filter.withDeleted) conditions.push('not d.is_deleted');
  if (filter.clientId !== undefined) {
    conditions.push(`d.client_id = $${params.push(filter.clientId)}::uuid`);
  }
  if (filter.meetingId !== undefined) {
    conditions.push(`d.meeting_id in (${seriesOf(`$${params.push(filter.meetingId)}::uuid`)})`);
  }
  if (filter.unassigned) conditions.push('d.client_id is null and d.meeting_id is null');
  if (filter.q !== undefined) {
    conditions.push(`d.file_name ilike $${params.push(containing(filter.q))}`);
  }
  if (after !== undefined) {
    const place = `($${params.push(after.uploadedAt)}::timestamptz, $${params.push(after.id)}::uuid)`;
    conditions.push(`(d.uploaded_at, d.id) < ${place}`);
  }
  const { rows } = await sql.query<DocumentView>(
    `select ${DOCUMENT_COLUMNS} from client_documents d where ${conditions.join(' and ')}
     order by d.uploaded_at desc, d.id desc limit $${params.push(limit + 1)}`,
    params,
  );
  return pageOf(rows, limit);
}

/** The documents with these ids in this workspace, deleted ones too, in the order of the ids. */
export async function findDocuments(
  sql: Sql,
  workspaceId: Id,
  ids: readonly Id[],
): Promise<DocumentView[]> {
  const { rows } = await sql.query<DocumentView>(
    `select ${DOCUMENT_COLUMNS} from client_documents d
     where d.workspace_id = $1 and d.id = any ($2::uuid[]) order by array_position($2::uuid[], d.id)`,
    [workspaceId, ids],
  );
  return rows;
}

/** The document with this id in this workspace, a deleted one too. */
export async function findDocument(
  sql: Sql,
  workspaceId: Id,
  id: Id,
): Promise<DocumentView | undefined> {
  return (await findDocuments(sql, workspaceId, [id]))[0];
}

/** Where the bytes of a document are. */
export interface DocumentBytes {
  blob_id: Id | null;
  bucket: string | null;
  sha256: string | null;
  size: number | null;
}

/** Where its bytes are; `undefined` where there is no such document or it is deleted. */
export async function findDocumentBytes(
  sql: Sql,
  workspaceId: Id,
  id: Id,
): Promise<(DocumentBytes & Pick<DocumentView, 'file_name' | 'file_type'>) | undefined> {
  const { rows } = await sql.query<DocumentBytes & Pick<DocumentView, 'file_name' | 'file_type'>>(
    `select d.file_name, d.file_type, d.blob_id, d.sha256, d.file_size as size, d.storage_bucket as bucket
     from client_documents d where d.workspace_id = $1 and d.id = $2 and not d.is_deleted`,
    [workspaceId, id],
  );
  return rows[0];
}

/** The ids of all meetings of one history with this one, itself included; `$1` is the workspace. */
function seriesOf(meeting: string): string {
  return `select ${meeting} union
    select o.id from meetings m join meetings o on o.workspace_id = $1 and o.series_id = m.series_id
    where m.workspace_id = $1 and m.id = ${meeting}`;
}
