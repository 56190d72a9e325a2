/** Opens the embedded PostgreSQL (PGlite, WebAssembly): lock, directory, start. */
import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';
import { AppError } from '../domain/errors.ts';
import { lockDirectory } from './embedded-lock.ts';
import { prepareDirectory } from './pglite-directory.ts';
import { EmbeddedDb } from './pglite-db.ts';
import type { PgliteDb } from './pglite-db.ts';
import { PgliteSession, prepareSession } from './pglite-session.ts';

export interface OpenPgliteOptions {
  /** Where the files are; `memory` keeps everything in memory and takes no lock. */
  dir: string;
  /** The schema that unqualified names mean; need not exist yet. */
  schema: string;
  /** Told of what nobody waits for: a listener or an after-commit step that threw. */
  onError: (error: unknown) => void;
  /** Stands in for the database's clock (RFC 3339 text) in simulations. */
  clock?: () => Promise<string>;
  /** A data directory as a tar to begin with; only in memory. */
  image?: Blob;
}

const START_PARAMS = [
  ...PGlite.defaultStartParams,
  ...['shared_buffers=16MB', 'max_wal_size=64MB', 'min_wal_size=32MB'].flatMap((s) => ['-c', s]),
];

/**
 * Opens (and at first makes) the database. Throws `AppError`: `database.in_use` when another
 * process has it open, `database.directory_not_usable` when the directory holds something else,
 * `database.embedded_broken` when its files cannot be opened.
 */
export async function openPglite(options: OpenPgliteOptions): Promise<PgliteDb> {
  const { dir } = options;
  const unlock = dir === 'memory' ? () => undefined : lockDirectory(dir);
  try {
    if (dir !== 'memory') {
      await prepareDirectory(dir, async (target) => (await startPglite(target)).close());
    }
    const lite = await startPglite(dir === 'memory' ? 'memory://' : dir, options.image);
    const session = new PgliteSession(lite);
    await prepareSession(session, options.schema);
    return new EmbeddedDb({ lite, session, unlock, ...options });
  } catch (error) {
    unlock();
    throw error instanceof AppError ? error : brokenError(dir, error);
  }
}

function startPglite(dataDir: string, image?: Blob): Promise<PGlite> {
  // One compiler thread instead of one per core: 70 MB less memory, no slower start (measured).
  setFlagsFromString('--wasm-num-compilation-tasks=1');
  return PGlite.create({
    dataDir,
    startParams: START_PARAMS,
    ...(image === undefined ? {} : { loadDataDir: image }),
  });
}

function brokenError(dir: string, cause: unknown): AppError {
  return new AppError({
    kind: 'upstream',
    code: 'database.embedded_broken',
    message: `The embedded database in ${dir} cannot be opened`,
    action: 'Check that the disk has room and the files belong to this user, or restore a backup',
    cause,
  });
}
