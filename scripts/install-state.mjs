// Tells whether what package-lock.json asks for is installed: by our mark, else by npm's own record.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MARK = 'node_modules/.installed-by-calendly-sync';

/** The hash of package-lock.json in `root`, or undefined where there is none. */
export function lockHash(root) {
  try {
    return createHash('sha256')
      .update(readFileSync(join(root, 'package-lock.json')))
      .digest('hex');
  } catch {
    return undefined;
  }
}

/** Whether the mark of an earlier complete installation belongs to this lock file. */
export function isMarked(root, hash) {
  try {
    return readFileSync(join(root, MARK), 'utf8').trim() === hash;
  } catch {
    return false;
  }
}

/** Leaves the mark; a folder that cannot be written only costs the next start a longer look. */
export function leaveMark(root, hash) {
  try {
    const temporary = join(root, `${MARK}.${process.pid}`);
    writeFileSync(temporary, `${hash}\n`);
    renameSync(temporary, join(root, MARK));
  } catch {
    // said above
  }
}

/**
 * Whether npm's record (node_modules/.package-lock.json, written at the end of an installation)
 * holds every package of the lock file in the same build; packages for other platforms may lack,
 * and so may development packages where `withoutDev` (an image made with `npm ci --omit=dev`).
 */
export function isRecorded(root, withoutDev) {
  try {
    const wanted = packagesOf(join(root, 'package-lock.json'));
    const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
    return Object.entries(wanted).every(([path, entry]) => {
      if (path === '') return true;
      const found = present[path];
      if (found === undefined) {
        return entry.optional || entry.devOptional || (withoutDev && entry.dev) || false;
      }
      const isSame = found.version === entry.version && found.integrity === entry.integrity;
      return isSame && existsSync(join(root, path));
    });
  } catch {
    return false;
  }
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}
