/** Files on their way in: written to this machine's disk while they are counted and hashed. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Id, isId } from '../domain/id.ts';
import { systemCode, toDiskError } from './disk-error.ts';
import { makeFolder } from './folder.ts';
import { emptyError, tooLargeError } from './refusal.ts';
import type { StagedFile } from './storage.ts';

/** As much of either end as is looked at to tell what a file is. */
const END_BYTES = 64 * 1024;

export interface Staging {
  /**
   * Writes `bytes` to a file of its own. Throws `document.empty`, `document.too_large` (after one byte too many),
   * `document.no_space`, `document.store_failed`, and what the source throws; the file may be left then.
   */
  write(id: Id, bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StagedFile>;
  /** Removes what is left of a file. */
  remove(id: Id): Promise<void>;
  /** The ids of all files that are here. */
  list(): Promise<Id[]>;
}

/** Staging in `folder`, which is made when the first file comes; nothing else may be in it. */
export function openStaging(folder: string): Staging {
  return {
    async write(id, bytes, maxBytes) {
      const path = join(folder, id);
      const handle = await begin(folder, path);
      try {
        const written = await writeAll(handle, bytes, maxBytes);
        await handle.sync().catch((error: unknown) => rethrow(error));
        return { path, ...written };
      } finally {
        await handle.close();
      }
    },
    async remove(id) {
      await rm(join(folder, id), { force: true }).catch(rethrow);
    },
    async list() {
      try {
        return (await readdir(folder)).filter(isId);
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return [];
        throw toDiskError(error);
      }
    },
  };
}

async function begin(folder: string, path: string): Promise<FileHandle> {
  try {
    await makeFolder(folder);
    return await open(path, 'wx+', 0o600);
  } catch (error) {
    throw toDiskError(error);
  }
}

async function writeAll(
  handle: FileHandle,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Omit<StagedFile, 'path'>> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > maxBytes) throw tooLargeError(maxBytes);
    hash.update(chunk);
    await handle.appendFile(chunk).catch(rethrow);
  }
  if (size === 0) throw emptyError();
  const head = await readAt(handle, 0, Math.min(size, END_BYTES));
  const tail = await readAt(handle, Math.max(0, size - END_BYTES), Math.min(size, END_BYTES));
  return { size, sha256: hash.digest('hex'), head, tail };
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await handle.read(bytes, 0, length, position).catch(rethrow);
  return bytes;
}

/** The source's own errors come from elsewhere; these are the disk's. */
function rethrow(error: unknown): never {
  throw toDiskError(error);
}
