/** Data directories of the embedded database to begin from, each made once in a run: it takes seven seconds of work. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, openAsBlob, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inject } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { openPglite } from '../../src/store/pglite.ts';
import { MIGRATIONS_DIR } from './migrations-dir.ts';

/** `empty`: as a first start makes it, before any migration. */
export type PgliteImage = 'empty' | 'migrated';

const LOOK_AGAIN_MS = 20;

/** A tar of the directory, made by the process that asks first; others wait for it. */
export async function pgliteImage(image: PgliteImage): Promise<Blob> {
  return openAsBlob(await pgliteImageFile(image));
}

/**
 * Makes `folder`, a data directory of the program, one whose embedded database has been made and never been used:
 * for tests that are not about a first start.
 */
export async function prepareDataFolder(folder: string): Promise<void> {
  const database = join(folder, 'database');
  mkdirSync(database, { recursive: true });
  const words = ['-xf', await pgliteImageFile('empty'), '-C', database];
  // it remarks that names begin with a slash
  execFileSync('tar', words, { stdio: 'pipe' });
}

async function pgliteImageFile(image: PgliteImage): Promise<string> {
  const path = join(inject('postgres').dir, `${image}.tar`);
  while (!existsSync(path)) {
    if (take(`${path}.lock`)) await makeFile(path, image);
    else await pause(LOOK_AGAIN_MS);
  }
  return path;
}

/** Under the lock, which it gives back. */
async function makeFile(path: string, image: PgliteImage): Promise<void> {
  try {
    // another one may have had the lock before
    if (existsSync(path)) return;
    // whole or not there, for whoever looks meanwhile
    writeFileSync(`${path}.new`, await make(image));
    renameSync(`${path}.new`, path);
  } finally {
    rmdirSync(`${path}.lock`);
  }
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (!existsSync(lock)) throw error;
    return false;
  }
}

async function make(image: PgliteImage): Promise<Buffer> {
  const begin = image === 'empty' ? {} : { image: await pgliteImage('empty') };
  const onError = (error: unknown): void => {
    queueMicrotask(() => {
      throw error;
    });
  };
  const db = await openPglite({ dir: 'memory', schema: 'public', onError, ...begin });
  if (image === 'migrated') await migrate({ db, dir: MIGRATIONS_DIR, schema: 'public' });
  const made = Buffer.from(await (await db.dump()).arrayBuffer());
  await db.close();
  return made;
}
