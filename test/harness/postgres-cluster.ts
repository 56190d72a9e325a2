/** The files of a throw-away cluster: made by initdb, owned by a user that PostgreSQL accepts. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgres } from './postgres-binaries.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { scratchRoot } from './scratch-root.ts';

export interface Cluster {
  /** Log, programs that were copied, and whatever else lives as long as the cluster. */
  dir: string;
  /** The data directory: below `dir` or elsewhere. */
  data: string;
  /** The superuser's. */
  password: string;
  binaries: PostgresBinaries;
  /** How to spawn a program that works on the files. */
  asOwner: { uid?: number; gid?: number; cwd: string; env: Record<string, string> };
}

export const SUPERUSER = 'postgres';

/** PostgreSQL's programs refuse to run as root. */
const PLAIN_USERS = ['postgres', 'nobody'];

/** Finds the programs and runs initdb in new folders; `onDisk`: whether the data must be on a disk. */
export async function createCluster({ onDisk }: { onDisk: boolean }): Promise<Cluster> {
  const dir = mkdtempSync(join(tmpdir(), 'calendly-sync-pg-'));
  const data = mkdtempSync(join(onDisk ? dir : scratchRoot(), 'calendly-sync-data-'));
  try {
    return await initCluster(dir, data);
  } catch (error) {
    removeCluster({ dir, data });
    throw error;
  }
}

export function removeCluster({ dir, data }: Pick<Cluster, 'dir' | 'data'>): void {
  for (const folder of [data, dir]) rmSync(folder, { recursive: true, force: true });
}

async function initCluster(dir: string, data: string): Promise<Cluster> {
  const binaries = findPostgres(dir);
  const owner = process.getuid?.() === 0 ? plainUser() : undefined;
  if (owner !== undefined) {
    for (const folder of [dir, data]) {
      chmodSync(folder, 0o700);
      chownSync(folder, owner.uid, owner.gid);
    }
  }
  const env = { PATH: process.env['PATH'] ?? '', TZ: 'UTC', ...binaries.env };
  const asOwner = { ...owner, cwd: dir, env };
  const password = randomBytes(18).toString('hex');
  const passwordFile = join(dir, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner !== undefined) chownSync(passwordFile, owner.uid, owner.gid);
  const args = ['-D', data, '-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const initdb = (locale: string): Promise<unknown> =>
    promisify(execFile)(
      join(binaries.bin, 'initdb'),
      [...args, '-N', '-E', 'UTF8', `--locale=${locale}`],
      asOwner,
    );
  await initdb('C.UTF-8').catch(() => initdb('C'));
  rmSync(passwordFile);
  return { dir, data, password, binaries, asOwner };
}

function plainUser(): { uid: number; gid: number } {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of PLAIN_USERS) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error(`The tests run as root and found none of the users ${PLAIN_USERS.join(', ')}`);
}
