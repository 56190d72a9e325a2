/** The request budget of one Calendly user, kept in the database for all processes. */
import type { Log } from '../base/log.ts';
import { type Ledger, PERMIT_MS } from '../calendly/ledger.ts';
import { describeError } from '../domain/errors.ts';
import type { Db } from '../store/db.ts';
import { noteRequests, takeRequests } from '../store/request-budgets.ts';

/** An embedded database has one process: nobody else waits for what it takes, and a question costs more there. */
const BATCH = { postgres: 10, pglite: 50 } as const;
const AWAY = 'The shared request budget cannot be asked; this process keeps to its own share';

/** A ledger for the Calendly user with this URI. Its faults are thrown; the first of a row of them is logged. */
export function createRequestLedger(deps: { db: Db; log: Log }, account: string): Ledger {
  const { db, log } = deps;
  let isAway = false;
  return {
    batch: BATCH[db.engine],
    async exchange({ wanted, rule, settled, heard, shutMs }) {
      try {
        const at = await db.clock();
        if (settled.length > 0 || heard !== null || shutMs > 0) {
          await noteRequests(db, { account, at, settled, heard, shutMs });
        }
        isAway = false;
        if (wanted === 0) return { granted: 0, batch: 0, waitMs: 0, limit: null };
        const ask = { account, at, wanted, goodForMs: PERMIT_MS, ...rule };
        const { granted, batch, wait_ms: waitMs, limit } = await takeRequests(db, ask);
        return { granted, batch, waitMs, limit };
      } catch (error) {
        if (!isAway) log.warn(AWAY, { ...describeError(error) });
        isAway = true;
        throw error;
      }
    },
  };
}
