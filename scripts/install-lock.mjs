// A lock against two installations in one folder: a directory that names its owner's process.
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

const BEAT_MS = 2_000;
/** A lock that nobody touched for so long has no owner any more, whatever its process id says. */
const STALE_MS = 30_000;

/**
 * Takes the lock, or takes it over from an owner that is gone. Answers its release, or undefined
 * while somebody else holds it.
 */
export function takeLock(directory) {
  mkdirSync(dirname(directory), { recursive: true });
  if (isAbandoned(directory)) removeAbandoned(directory);
  try {
    mkdirSync(directory);
  } catch (error) {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  }
  writeFileSync(join(directory, 'owner'), `${process.pid}\n${hostname()}\n`);
  const beat = setInterval(() => touch(directory), BEAT_MS);
  beat.unref();
  return () => {
    clearInterval(beat);
    rmSync(directory, { recursive: true, force: true });
  };
}

function isAbandoned(directory) {
  try {
    const ageMs = Date.now() - statSync(directory).mtimeMs;
    if (ageMs > STALE_MS) return true;
    const owner = readOwner(directory);
    return owner !== undefined && owner.host === hostname() && !isAlive(owner.pid);
  } catch {
    return false;
  }
}

// Two may see the same dead owner: a rename succeeds for one of them, and who finds a living owner
// in what it moved (a third one was quicker) puts it back.
function removeAbandoned(directory) {
  const aside = `${directory}.${process.pid}`;
  try {
    renameSync(directory, aside);
  } catch {
    return;
  }
  if (isAbandoned(aside)) {
    rmSync(aside, { recursive: true, force: true });
    return;
  }
  try {
    renameSync(aside, directory);
  } catch {
    rmSync(aside, { recursive: true, force: true });
  }
}

function readOwner(directory) {
  try {
    const [pid, host] = readFileSync(join(directory, 'owner'), 'utf8').split('\n');
    return { pid: Number(pid), host };
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function touch(directory) {
  try {
    utimesSync(directory, new Date(), new Date());
  } catch {
    // released meanwhile
  }
}
