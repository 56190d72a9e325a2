/** Opening an installation that another process may hold: its door, or the wait until it is free or has one. */
import type { Log } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { systemClock } from '../base/time.ts';
import { findDoor, type RunFile } from '../cli/remote.ts';
import type { Config } from '../config/shape.ts';
import { AppError } from '../domain/errors.ts';
import { type Core, openCore } from './core.ts';

export interface Opening {
  config: Config;
  log: Log;
  /** Where the demo's Calendly listens. */
  demoPort: number;
  /** Ends the wait. */
  signal: AbortSignal;
}

/** A server that starts holds the database before it has a door: seconds, on a slow machine the first time half a minute. */
const PATIENCE_MS = 60_000;
const SAY_AFTER_MS = 2000;
const LOOK_AGAIN_MS = 100;

/**
 * A core of this process, or the door of the server that holds the embedded database. Throws what
 * `openCore` throws, `database.in_use` after a wait.
 */
export async function openInstallation(opening: Opening): Promise<Core | RunFile> {
  const { config, log, signal } = opening;
  const isEmbedded = config.database.url === null;
  let waitedMs = 0;
  for (;;) {
    const door = isEmbedded ? await findDoor(config.dataDir) : undefined;
    if (door !== undefined) return door;
    try {
      return await openCore({ ...opening, clock: systemClock, random: systemRandom });
    } catch (error) {
      const isHeld = error instanceof AppError && error.code === 'database.in_use';
      if (!isHeld || waitedMs >= PATIENCE_MS) throw error;
    }
    if (waitedMs === SAY_AFTER_MS) log.info('Waiting for the process that has the database open');
    await systemClock.sleep(LOOK_AGAIN_MS, signal);
    waitedMs += LOOK_AGAIN_MS;
  }
}

/** A core of this process alone. Throws `server.running` where a server is here already. */
export async function openForServer(opening: Opening): Promise<Core> {
  const opened = await openInstallation(opening);
  if (!isDoor(opened)) return opened;
  throw new AppError({
    kind: 'conflict',
    code: 'server.running',
    message: `A server (process ${opened.pid}) is already running on the data in ${opening.config.dataDir}: stop it first, or give this one another DATA_DIR.`,
  });
}

export function isDoor(opened: Core | RunFile): opened is RunFile {
  return 'key' in opened;
}
