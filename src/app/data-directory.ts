/** The data directory: made where it is missing, and refused in one sentence where nothing can be kept in it. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AppError } from '../domain/errors.ts';

/** Makes `dir`, for this user only. Throws `data_dir.not_usable` where it is no folder or not writable. */
export function makeDataDirectory(dir: string): void {
  try {
    makeFolders(resolve(dir));
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new AppError({
      kind: 'invalid',
      code: 'data_dir.not_usable',
      message: `DATA_DIR ${dir} cannot be used: ${reasonOf(cause)}`,
      action: 'Give this user the right to write there, or set DATA_DIR to another folder.',
      cause,
    });
  }
}

/** One by one: Node's own `recursive` never ends where a folder cannot be made below one that is there (/proc). */
function makeFolders(dir: string): void {
  if (existsSync(dir)) {
    if (!statSync(dir).isDirectory()) throw Object.assign(new Error('A file'), { code: 'ENOTDIR' });
    return;
  }
  makeFolders(dirname(dir));
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    // another process that starts at the same time was faster
    if (!existsSync(dir)) throw error;
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return 'it is a file, or lies below one';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not write there';
    case 'ENOENT':
      return 'no folder can be made there';
    case 'EROFS':
      return 'the disk is read-only';
    case 'ENOSPC':
      return 'the disk is full';
    default:
      return `code ${code}`;
  }
}
