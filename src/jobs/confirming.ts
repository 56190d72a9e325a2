/** Which connections make their confirming reads now: each by itself, so that a slow one holds no other. */
import type { Log } from '../base/log.ts';
import type { Clock } from '../base/time.ts';
import { describeError } from '../domain/errors.ts';
import { listConfirmationsDue, nextConfirmationAt } from '../store/confirmations.ts';
import type { Db } from '../store/db.ts';

export interface ConfirmingDeps {
  db: Db;
  clock: Clock;
  log: Log;
  /** Reads one batch of what deliveries owe for this connection; answers how many were claimed. */
  confirm(connectionId: string, signal: AbortSignal): Promise<number>;
  signal: AbortSignal;
  /** Told when a connection has nothing due any more. */
  ended(): void;
}

export interface Confirming {
  /** Begins what is due and not under way; answers false, as it waits for nothing. */
  begin(): Promise<boolean>;
  /** When something else than what is under way will be due; null when nothing can begin. */
  nextDue(): Promise<string | null>;
  /** Resolves once nothing is under way. */
  idle(): Promise<void>;
}

/** Connections that read at once in this process. */
const AT_ONCE = 16;
/** How long a connection rests after a fault of our own. */
const REST_MS = 5000;

export function createConfirming(deps: ConfirmingDeps): Confirming {
  const { db, clock, log, signal } = deps;
  const reading = new Map<string, Promise<void>>();

  return {
    async begin() {
      const due = await listConfirmationsDue(db, await db.clock());
      for (const id of due) {
        if (reading.size >= AT_ONCE) break;
        if (!reading.has(id)) reading.set(id, read(id));
      }
      return false;
    },
    async nextDue() {
      return reading.size >= AT_ONCE ? null : nextConfirmationAt(db, [...reading.keys()]);
    },
    async idle() {
      await Promise.all(reading.values());
    },
  };

  async function read(connectionId: string): Promise<void> {
    try {
      while (!signal.aborted && (await deps.confirm(connectionId, signal)) > 0) continue;
    } catch (error) {
      if (!signal.aborted) {
        const fields = { connection_id: connectionId, ...describeError(error) };
        log.error('What deliveries owe could not be read and waits', fields);
        await clock.sleep(REST_MS, signal).catch(() => undefined);
      }
    } finally {
      reading.delete(connectionId);
      deps.ended();
    }
  }
}
