/** An installation of the real program on PostgreSQL and a folder, with one admin, for tests that end its process. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Db } from '../../src/store/db.ts';
import { freshDatabase } from '../harness/database.ts';
import { runHere } from '../harness/in-process.ts';
import { type Env, makeFolder } from '../harness/program.ts';

export interface Installation {
  env: Env;
  token: string;
  /** The database as it is, over all workspaces. */
  across<Row>(text: string): Promise<Row[]>;
  /** The files that are kept, by key, as hashes. */
  kept(): Map<string, string>;
  /** The names of files that are on their way in. */
  staged(): string[];
  /** Bytes of files and rows of documents that do not belong together; empty where all is whole. */
  faults(): Promise<string[]>;
  close(): Promise<void>;
}

/** Migrates, and makes the admin. */
export async function makeInstallation(settings: Env = {}): Promise<Installation> {
  const { db, url, drop } = await freshDatabase('postgres', { migrated: false });
  const folder = makeFolder();
  const env = { DATABASE_URL: url ?? '', DATA_DIR: folder, ...settings };
  const add = ['user', 'add', 'admin@example.com', '--admin', '--password-stdin'];
  const added = await runHere(add, { env, stdin: 'a long enough password' });
  const issued = await runHere(['user', 'token'], { env });
  if (added.code !== 0 || issued.code !== 0) throw new Error(added.stderr + issued.stderr);
  const documents = join(folder, 'documents');
  const arriving = join(documents, 'arriving');
  const across = <Row>(text: string): Promise<Row[]> => readAcross<Row>(db, text);
  const kept = (): Map<string, string> =>
    new Map(
      filesIn(documents)
        .filter((name) => !name.startsWith('arriving/'))
        .map((name) => [name, sha256(readFileSync(join(documents, name)))]),
    );
  return {
    env,
    token: issued.stdout.trim(),
    across,
    kept,
    staged: () => filesIn(arriving),
    async faults() {
      const rows = await across<{ path: string; sha256: string }>(
        'select storage_path as path, sha256 from client_documents',
      );
      const files = kept();
      const used = new Set(rows.map(({ path }) => path));
      const loose = await across<{ id: string }>(
        `select id from document_blobs where state <> 'kept'`,
      );
      return [
        ...rows
          .filter(({ path, sha256: wanted }) => files.get(path) !== wanted)
          .map(({ path }) => `row without its bytes: ${path}`),
        ...[...files.keys()]
          .filter((path) => !used.has(path))
          .map((path) => `bytes without a row: ${path}`),
        ...filesIn(arriving).map((name) => `a remainder: ${name}`),
        ...loose.map(({ id }) => `still loose: ${id}`),
      ];
    },
    close: drop,
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readAcross<Row>(db: Db, text: string): Promise<Row[]> {
  const looking = `set local calendly_sync.system = 'on'`;
  return (await db.tx((tx) => tx.query<Row>(text), looking)).rows;
}

function filesIn(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted();
}
