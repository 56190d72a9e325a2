/** The daily proof: each active connection once a day, at a minute of its own, by whichever process is alive. */
import type { Log } from '../base/log.ts';
import type { Clock } from '../base/time.ts';
import { describeError } from '../domain/errors.ts';
import { type Timestamp, timestampFromMs, timestampToMs } from '../domain/timestamp.ts';
import { type Connection, listDueConnections } from '../store/connections.ts';
import type { Db } from '../store/db.ts';
import { hasOpenRun } from '../store/runs.ts';
import { claimSlot } from '../store/slots.ts';
import { shareOf } from '../sync/share.ts';

export interface DailyProofDeps {
  db: Db;
  clock: Clock;
  log: Log;
  /** This process, as the owner of slots. */
  owner: string;
  /** Proves the connection; `day`, in days since 1970, says whose invitees' turn it is. */
  prove(connection: Connection, day: number): Promise<unknown>;
}

export interface DailyProof {
  /** Waits for a look that is under way, not for proofs: who makes them ends them. */
  stop(): Promise<void>;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** The rest of the desk is for people who wait. */
const AT_ONCE = 2;

/** Looks every minute for connections whose minute of the day has come. */
export function startDailyProof(deps: DailyProofDeps): DailyProof {
  const { clock, db, log } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = Promise.withResolvers<void>();
  /** The slot of each connection that this process knows to be taken. */
  const taken = new Map<string, number>();
  const under = new Set<Promise<unknown>>();
  const looking = look();

  return {
    async stop() {
      stopping.abort(new Error('The process is stopping'));
      stopped.resolve();
      await looking;
    },
  };

  async function look(): Promise<void> {
    let wait = MINUTE_MS;
    for (;;) {
      if (wait > 0) await clock.sleep(wait, signal).catch(() => undefined);
      if (signal.aborted) return;
      wait = MINUTE_MS;
      try {
        if ((await serveDue()) === 'full') {
          await Promise.race([...under, stopped.promise]);
          wait = 0;
        }
      } catch (error) {
        if (signal.aborted) return;
        log.error('The daily proof met a fault and goes on', { ...describeError(error) });
      }
    }
  }

  /** Begins what is due; `full` where more is due than may be under way. */
  async function serveDue(): Promise<'full' | 'served'> {
    const connections = await listDueConnections(db, {});
    const nowMs = timestampToMs((await db.clock()) as Timestamp);
    for (const id of taken.keys()) {
      if (!connections.some((connection) => connection.id === id)) taken.delete(id);
    }
    for (const connection of connections) {
      const slot = proofSlot(connection.id, nowMs);
      if (!isProvable(connection) || taken.get(connection.id) === slot) continue;
      // rows that are being written prove nothing: the next look comes in a minute
      if (await hasOpenRun(db, connection)) continue;
      if (under.size >= AT_ONCE) return 'full';
      if (signal.aborted) return 'served';
      const name = `verify ${connection.id}`;
      const claim = { name, slot: timestampFromMs(slot), owner: deps.owner, at: await db.clock() };
      const won = await claimSlot(db, claim);
      taken.set(connection.id, slot);
      if (won) begin(connection, Math.floor(slot / DAY_MS));
    }
    return 'served';
  }

  function begin(connection: Connection, day: number): void {
    const work = deps
      .prove(connection, day)
      .catch((error: unknown) => {
        if (signal.aborted) return;
        log.warn('A daily proof could not be made', {
          connection_id: connection.id,
          ...describeError(error),
        });
      })
      .finally(() => under.delete(work));
    under.add(work);
  }
}

/** When the connection's proof was last due: the newest coming of its minute of the day (UTC), in milliseconds. */
export function proofSlot(connectionId: string, nowMs: number): number {
  const offset = shareOf(connectionId, DAY_MS / MINUTE_MS) * MINUTE_MS;
  return Math.floor((nowMs - offset) / DAY_MS) * DAY_MS + offset;
}

/** Before the first whole listing everything is missing, and nothing is wrong. */
function isProvable(connection: Connection): boolean {
  return connection.state === 'active' && connection.last_complete_at !== null;
}
