/** The two places where documents may be kept, each fresh and real: a folder, and a bucket of an S3 server. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { systemClock } from '../../src/base/time.ts';
import { openDisk } from '../../src/documents/disk.ts';
import { openS3 } from '../../src/documents/s3.ts';
import { openStaging, type Staging } from '../../src/documents/staging.ts';
import type { Storage } from '../../src/documents/storage.ts';
import { type S3Server, startS3Server } from './s3-server.ts';

export interface DocumentPlace {
  storage: Storage;
  staging: Staging;
  /** Where files are staged. */
  stagingDir: string;
  /** The keys of all files that are kept. */
  keys(): string[];
  /** The names of all files that are staged. */
  staged(): string[];
  read(key: string): Buffer;
  /** Puts other bytes into a kept file, behind everybody's back. */
  spoil(key: string, bytes: Buffer): void;
  /** Takes a kept file away, behind everybody's back. */
  lose(key: string): void;
  /** The S3 server; null for the folder. */
  s3: S3Server | null;
  close(): Promise<void>;
}

export type PlaceKind = 'disk' | 's3';
export const placeKinds: readonly PlaceKind[] = ['disk', 's3'];

/** A place with nothing in it. */
export async function makePlace(kind: PlaceKind): Promise<DocumentPlace> {
  const root = mkdtempSync(join(tmpdir(), 'calendly-sync-documents-'));
  return kind === 'disk' ? makeFolderPlace(root) : makeBucketPlace(root);
}

function makeFolderPlace(root: string): DocumentPlace {
  const stagingDir = join(root, 'arriving');
  return {
    storage: openDisk(root),
    staging: openStaging(stagingDir),
    stagingDir,
    keys: () => filesIn(root).filter((name) => !name.startsWith('arriving/')),
    staged: () => filesIn(stagingDir),
    read: (key) => readFileSync(join(root, key)),
    spoil: (key, bytes) => writeFileSync(join(root, key), bytes),
    lose: (key) => rmSync(join(root, key)),
    s3: null,
    close: async () => rmSync(root, { recursive: true, force: true }),
  };
}

async function makeBucketPlace(root: string): Promise<DocumentPlace> {
  const s3 = await startS3Server();
  const { endpoint, region, keyId, secretKey, objects } = s3;
  const before = '/papers/of%20tests/';
  const storage = openS3({
    ...{ bucket: 'papers', prefix: 'of tests', region, endpoint, clock: systemClock },
    credentials: { keyId, secretKey, sessionToken: null },
  });
  return {
    storage,
    staging: openStaging(root),
    stagingDir: root,
    keys: () => [...objects.keys()].map((path) => path.slice(before.length)).toSorted(),
    staged: () => filesIn(root),
    read: (key) => objects.get(before + key) ?? Buffer.alloc(0),
    spoil: (key, bytes) => void objects.set(before + key, bytes),
    lose: (key) => void objects.delete(before + key),
    s3,
    async close() {
      await storage.close();
      await s3.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function filesIn(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted();
}
