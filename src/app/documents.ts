/** The place where documents are kept, as the settings name it, and the sweep of what belongs to none. */
import { join, resolve } from 'node:path';
import type { DocumentsDeps } from '../documents/deps.ts';
import { openDisk } from '../documents/disk.ts';
import { openS3 } from '../documents/s3.ts';
import { openStaging } from '../documents/staging.ts';
import type { Storage } from '../documents/storage.ts';
import { sweepDocuments } from '../documents/sweep.ts';
import { describeError } from '../domain/errors.ts';
import { isGone, type ProcessIdentity } from '../jobs/process.ts';
import { adoptDocuments } from '../store/document-edits.ts';
import type { Core } from './core.ts';

export interface DocumentsRoom {
  deps: DocumentsDeps;
  /** Removes bytes that belong to no document, and finds out whose documents of an older installation are. */
  sweep(): Promise<{ removed: number }>;
  /** Sweeps now, beside whatever comes next; a fault is logged and the next sweep tries again. */
  sweepNow(): void;
  close(): Promise<void>;
}

/** The owner of the tables may be held back by row-level security too. */
const LOOKING_ACROSS = `set local calendly_sync.system = 'on'`;

/** Opens the room for `self`, this process; nothing is made or asked before the first file comes. */
export function openDocuments(core: Core, self: ProcessIdentity): DocumentsRoom {
  const { config, tenants, ids, log } = core;
  const { maxBytes, quotaBytes } = config.documents;
  const { storage, stagingDir, close } = openStorage(core);
  const staging = openStaging(stagingDir);
  const isOver = (owner: string): boolean =>
    // nobody else ever had this database open
    core.db.engine === 'pglite' ? owner !== self.id : isGone(owner, self);
  let sweeping: Promise<unknown> = Promise.resolve();
  const sweep = async (): Promise<{ removed: number }> => {
    await core.owner.tx(adoptDocuments, LOOKING_ACROSS);
    return sweepDocuments({ tenants, storage, staging }, isOver);
  };
  return {
    deps: { tenants, storage, staging, maxBytes, quotaBytes, owner: self.id, ids },
    sweep,
    sweepNow() {
      sweeping = sweep().catch((error: unknown) =>
        log.warn('Bytes without a document could not be removed', { ...describeError(error) }),
      );
    },
    async close() {
      await sweeping;
      await close();
    },
  };
}

function openStorage(core: Core): {
  storage: Storage;
  stagingDir: string;
  close: () => Promise<void>;
} {
  const { store } = core.config.documents;
  const { dataDir } = core.mode;
  // the demo is all in its own folder
  if (store.kind === 's3' && core.mode.kind === 'real') {
    const { bucket, prefix, region, endpoint, keyId, secretKey, sessionToken } = store;
    const storage = openS3({
      ...{ bucket, prefix, region, endpoint, clock: core.clock },
      credentials: {
        keyId,
        secretKey: secretKey.reveal(),
        sessionToken: sessionToken?.reveal() ?? null,
      },
    });
    return { storage, stagingDir: resolve(dataDir, 'arriving'), close: () => storage.close() };
  }
  const given = store.kind === 'disk' && core.mode.kind === 'real' ? store.dir : null;
  const dir = resolve(given ?? join(dataDir, 'documents'));
  // on the same disk, so that a file comes in by its name alone
  return {
    storage: openDisk(dir),
    stagingDir: join(dir, 'arriving'),
    close: async () => undefined,
  };
}
