/** Directories that settings name: made where missing, and refused in one sentence where nothing can be kept in them. */
import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AppError } from '../domain/errors.ts';

/**
 * Makes `dir`, which `setting` names, for this user only. Throws `data_dir.not_usable` where it is no folder, not
 * writable, or the root of the disk by another name.
 */
export function makeDataDirectory(dir: string, setting = 'DATA_DIR'): void {
  try {
    makeFolders(resolve(dir));
    const real = realpathSync(dir);
    if (dirname(real) === real) throw Object.assign(new Error('The root'), { code: 'ROOT' });
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new AppError({
      kind: 'invalid',
      code: 'data_dir.not_usable',
      message: `${setting} ${dir} cannot be used: ${reasonOf(cause)}`,
      action: `Give this user the right to write there, or set ${setting} to another folder.`,
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
    case 'ROOT':
      return 'it is the root of the disk';
    default:
      return `code ${code}`;
  }
}
