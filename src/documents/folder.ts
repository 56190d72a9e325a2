/** Folders whose entries survive a power failure: making them, and telling the disk to write them down. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './disk-error.ts';

/** Makes `folder` and what is missing above it, for this user only, and writes the new entries down. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return;
    const parent = dirname(folder);
    if (systemCode(error) !== 'ENOENT' || parent === folder) throw error;
    await makeFolder(parent);
    return makeFolder(folder);
  }
  await syncFolder(dirname(folder));
}

/** Writes a folder's entries down: a new name in it counts only then. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // @NOTE Windows and some network disks sync no folders; there the rename itself has to do.
    if (!/^(EINVAL|EPERM|EISDIR|ENOTSUP)$/.test(systemCode(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}
