/** Where what a test run throws away is kept: in memory where the system has a file system for that, else on disk. */
import { accessSync, constants, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Copying a database of ten megabytes takes a tenth of the time there (measured). */
const MEMORY = '/dev/shm';
/** All databases of a run at their most, and as much again; containers often have 64 MiB only. */
const ENOUGH_BYTES = 2 * 1024 ** 3;

/** For data, not for programs: files there may not be executable. */
export function scratchRoot(): string {
  return hasRoom(MEMORY) ? MEMORY : tmpdir();
}

function hasRoom(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize >= ENOUGH_BYTES;
  } catch {
    // @NOTE no such folder is the answer "no" itself
    return false;
  }
}
