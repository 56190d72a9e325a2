/** Where bytes are kept for good: one face for the disk and for S3. */
import type { Readable } from 'node:stream';
import type { BlobKey, Content } from '../store/blobs.ts';

/** A file that came in whole and lies on this machine's disk. */
export interface StagedFile extends Content {
  path: string;
  /** Its first bytes. */
  head: Buffer;
  /** Its last bytes; they overlap with the first ones in a short file. */
  tail: Buffer;
}

/** Bytes from `start` to `end`, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface Storage {
  /** Its name in rows: a file is looked for only in the store whose name its row has. */
  readonly bucket: string;
  /**
   * Takes the staged file in; when it resolves the bytes survive a power failure, and the staged file is gone. Throws
   * `document.no_space`, `document.store_failed`.
   */
  put(key: string, staged: StagedFile): Promise<void>;
  /** The bytes as a stream. Throws `document.corrupt` where there are none, `document.store_failed`. */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** Removes the bytes; does nothing where there are none. Throws `document.store_failed`. */
  remove(key: string): Promise<void>;
}

/** The place of a file in its store: made of ids alone, spread over folders by the random end of its own. */
export function keyOf({ workspaceId, id }: BlobKey): string {
  return `${workspaceId}/${id.slice(-2)}/${id}`;
}
