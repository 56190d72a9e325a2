/** The embedded database's directory: made whole or not at all, and never taken for one when it is something else. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../domain/errors.ts';

/**
 * Makes sure that `dir` holds a complete cluster; `create` fills a directory and closes it again.
 * A new cluster is made beside and renamed when it is complete, so a kill in between leaves nothing
 * that looks like a database. The caller holds the lock of `dir`. Throws
 * `database.directory_not_usable` when `dir` holds something else.
 */
export async function prepareDirectory(
  dir: string,
  create: (dir: string) => Promise<void>,
): Promise<void> {
  if (existsSync(join(dir, 'PG_VERSION'))) return;
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    throw new AppError({
      kind: 'invalid',
      code: 'database.directory_not_usable',
      message: `The directory ${dir} is not empty and holds no database`,
      action: 'Move its content away or choose another DATA_DIR',
    });
  }
  const unfinished = `${dir}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(dirname(dir), { recursive: true });
  await create(unfinished);
  if (existsSync(dir)) rmdirSync(dir);
  renameSync(unfinished, dir);
}
