/** The bytes of a document, given out only after they were found to be those that came in. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Id } from '../domain/id.ts';
import type { DocumentBytes } from '../store/documents.ts';
import { toDiskError } from './disk-error.ts';
import { corruptError, elsewhereError } from './refusal.ts';
import { type ByteRange, keyOf, type Storage } from './storage.ts';

/** Files up to this size are read once and given out of memory; larger ones are read twice. */
const SMALL = 1024 * 1024;

export interface Content {
  size: number;
  /** The whole, or a part of it. */
  read(range?: ByteRange): Promise<Readable>;
}

/**
 * Opens the bytes of a document and holds all of them against its hash before the first is given out. Throws
 * `document.corrupt` where they are others or missing, `document.elsewhere` where another store has them,
 * `document.store_failed`.
 */
export async function openContent(
  storage: Storage,
  workspaceId: Id,
  bytes: DocumentBytes,
): Promise<Content> {
  const { blob_id: id, size, sha256 } = bytes;
  if (id === null || size === null || bytes.bucket !== storage.bucket) throw elsewhereError();
  const key = keyOf({ workspaceId, id });
  const kept: Buffer[] = [];
  const hash = createHash('sha256');
  let length = 0;
  try {
    for await (const chunk of await storage.read(key)) {
      if (!(chunk instanceof Uint8Array)) continue;
      hash.update(chunk);
      length += chunk.length;
      if (size <= SMALL) kept.push(Buffer.from(chunk));
    }
  } catch (error) {
    throw toDiskError(error);
  }
  if (length !== size || hash.digest('hex') !== sha256) throw corruptError('changed');
  const whole = size <= SMALL ? Buffer.concat(kept, size) : null;
  return {
    size,
    async read(range) {
      if (whole === null) return storage.read(key, range);
      const part = range === undefined ? whole : whole.subarray(range.start, range.end + 1);
      return Readable.from([part], { objectMode: false });
    },
  };
}
