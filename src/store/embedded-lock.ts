/** One process only for a directory: a lock that the kernel gives back when its holder dies, however it dies. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../domain/errors.ts';

/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/**
 * Takes the lock of `dir` (a small SQLite file `dir.lock` beside it, held in an exclusive
 * transaction; it works across containers that share the directory). Answers what gives it back.
 * Throws `database.in_use` (kind `conflict`) while another process, or this one, holds it.
 */
export function lockDirectory(dir: string): () => void {
  mkdirSync(dirname(dir), { recursive: true });
  const lock = openLock(dir);
  try {
    lock.exec('PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (isBusy(error)) throw inUseError(dir);
    throw lockFailedError(dir);
  }
  return () => {
    if (lock.isOpen) lock.close();
  };
}

function openLock(dir: string): DatabaseSync {
  try {
    return new DatabaseSync(`${dir}.lock`, { timeout: 0 });
  } catch {
    throw lockFailedError(dir);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function inUseError(dir: string): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'database.in_use',
    message: `Another process uses the embedded database in ${dir}`,
    action: 'Stop that process, choose another DATA_DIR, or set DATABASE_URL to share a server',
  });
}

function lockFailedError(dir: string): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'database.lock_not_writable',
    message: `The lock file ${dir}.lock cannot be written`,
    action: 'Give this user the right to write there, or choose another DATA_DIR',
  });
}
