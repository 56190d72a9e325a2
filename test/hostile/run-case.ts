/** What a bad answer is that only shows over a whole run. */
import { systemClock } from '../../src/base/time.ts';
import { timestampFromMs } from '../../src/domain/timestamp.ts';
import type { SyncWorld } from '../harness/sync-world.ts';

export interface RunCase {
  /** Number of the row in the list of bad inputs. */
  row: number;
  about: string;
  /** Lets one run meet it and says what must hold then; the world heals afterwards. */
  play: (world: SyncWorld) => Promise<void>;
}

const DAY_MS = 86_400_000;

/** The moment so many days from now, as Calendly writes it. */
export function inDays(days: number): string {
  return timestampFromMs(systemClock.now() + days * DAY_MS);
}
