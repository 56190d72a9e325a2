/** A copy of this checkout as a newcomer has it, with the installed packages beside it. */
import { spawnSync } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder, ROOT } from './program.ts';

/** What a clone does not have. */
const NOT_CLONED = new Set(['.git', 'node_modules', '.data', '.cache', '.env', 'coverage', 'dist']);

/**
 * Copies the checkout into a new folder; the packages are linked, not copied. Throws where they are not
 * those of package-lock.json: the copy's own installation would then write through the link.
 */
export function copyCheckout(): string {
  const folder = join(makeFolder(), 'calendly sync');
  cpSync(ROOT, folder, {
    recursive: true,
    filter: (path) => dirname(path) !== dirname(join(ROOT, 'x')) || !NOT_CLONED.has(basename(path)),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  // without a PATH it finds no npm: it can only say that all is in place, or fail
  const { status } = spawnSync(process.execPath, [join(folder, 'scripts', 'ensure-install.mjs')], {
    env: { PATH: '' },
  });
  if (status !== 0) throw new Error('The installed packages are not those of the lock: npm ci');
  return folder;
}
