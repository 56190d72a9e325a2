/** Documents in a folder of this machine, or one that several machines share. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode, toDiskError } from './disk-error.ts';
import { makeFolder, syncFolder } from './folder.ts';
import { corruptError } from './refusal.ts';
import type { Storage } from './storage.ts';

/** What rows call it. */
export const DISK = 'local';

/** A store in `folder`, which is made with the first file; staged files have to be on the same disk. */
export function openDisk(folder: string): Storage {
  return {
    bucket: DISK,
    async put(key, staged) {
      const path = join(folder, key);
      try {
        await makeFolder(dirname(path));
        await rename(staged.path, path);
        await syncFolder(dirname(path));
      } catch (error) {
        throw toDiskError(error);
      }
    },
    async read(key, range) {
      const handle = await openFile(join(folder, key));
      return handle.createReadStream(range);
    },
    async remove(key) {
      await rm(join(folder, key), { force: true }).catch((error: unknown) => {
        // a folder on the way that is none: there is nothing to remove
        if (systemCode(error) !== 'ENOTDIR') throw toDiskError(error);
      });
    },
  };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw systemCode(error) === 'ENOENT' ? corruptError('missing') : toDiskError(error);
  }
}
