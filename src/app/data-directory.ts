/** The data directory: made where it is missing, and refused in one sentence where nothing can be kept in it. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { AppError } from '../domain/errors.ts';

/** Makes `dir`, for this user only. Throws `data_dir.not_usable` where it is no folder or not writable. */
export function makeDataDirectory(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
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

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return 'it is a file, or lies below one';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not write there';
    case 'EROFS':
      return 'the disk is read-only';
    case 'ENOSPC':
      return 'the disk is full';
    default:
      return `code ${code}`;
  }
}
