/** What an operating system says of a disk, as our errors: reasons by code, never a path. */
import { AppError } from '../domain/errors.ts';
import { spaceError, storeError } from './refusal.ts';

/** No space on the device, no quota, no larger files for this process. */
const NO_SPACE = /^(ENOSPC|EDQUOT|EFBIG)$/;

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the disk is read-only',
  ENOTDIR: 'a file is where a folder should be',
  EIO: 'the disk has a fault',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** The code of a system error; undefined for any other. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** A system error as `document.no_space` or `document.store_failed`; any other error comes back as it is. */
export function toDiskError(error: unknown): unknown {
  const code = systemCode(error);
  if (error instanceof AppError || code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  if (NO_SPACE.test(code)) return spaceError(error);
  return storeError(REASONS[code] ?? `code ${code}`, error);
}
