/** What a document is: a stored file of a client, of a meeting, of both, or of nobody yet. */

export type FileCategory = 'image' | 'document' | 'audio' | 'video' | 'other';

/** What may be said of where a document was brought in; `migrated` is for the migration alone. */
export const UPLOAD_SOURCES = [
  'meetings_page',
  'clients_page',
  'manual',
  'api',
  'unknown',
] as const;

export type UploadSource = (typeof UPLOAD_SOURCES)[number];

/** What the bytes of a file were found to be. */
export interface FileKind {
  /** Media type without parameters. */
  type: string;
  category: FileCategory;
  /** The ending that files of this kind usually have, without the dot. */
  ending: string;
}
