/** One first sync from an empty database to rows and clients, timed. */
import { silentLog } from '../src/base/log.ts';
import { systemRandom } from '../src/base/random.ts';
import { systemClock } from '../src/base/time.ts';
import { createCalendlyClient } from '../src/calendly/client.ts';
import { createGate } from '../src/calendly/gate.ts';
import type { Transport } from '../src/calendly/transport.ts';
import { executeRun } from '../src/jobs/execute.ts';
import type { Db } from '../src/store/db.ts';
import { claimRun, findRuns, queueRun } from '../src/store/runs.ts';
import type { Fresh } from './engines.ts';
import { makeId, SEEDED_ROWS, seedConnection } from './seed.ts';
import type { Upstream } from './simulator.ts';

export interface Timed {
  tookMs: number;
  requests: number;
  meetings: number;
  /** Rows inserted, updated and deleted by the sync, its own bookkeeping included. */
  rowsWritten: number;
}

const OWNER = 'bench:1:sync';
/** The run, and its claim. */
const QUEUED_ROWS = 2;
const RANGE = { pastDays: 730, futureDays: 365 };
/** What a request of the bench finds at the gate: nothing to wait for. */
const WIDE_OPEN = { 'x-ratelimit-limit': '100000000', 'x-ratelimit-remaining': '100000000' };

export interface SyncOptions {
  transport?: Transport;
  /** Whether the gate keeps to its share of Calendly's limit; left out: it is open. */
  isLimited?: boolean;
  share?: number;
}

/** Syncs `upstream` into the empty `fresh`, which is closed afterwards. */
export async function syncOnce(
  fresh: Fresh,
  upstream: Pick<Upstream, 'url' | 'token'>,
  options: SyncOptions = {},
): Promise<Timed> {
  const { db } = fresh;
  const id = await queueFirstRun(db);
  const run = await db.tx(async (tx) => claimRun(tx, { owner: OWNER, at: await tx.clock() }));
  if (run === undefined) throw new Error('There was no run to claim');
  const began = performance.now();
  await executeRun(
    {
      db,
      log: silentLog,
      range: RANGE,
      newId: makeId,
      owner: OWNER,
      clientFor(_connection, signal) {
        const gate = createGate({
          clock: systemClock,
          random: systemRandom,
          share: options.share ?? 0.5,
        });
        if (options.isLimited !== true) gate.heard(200, WIDE_OPEN);
        const calendly = createCalendlyClient({
          baseUrl: upstream.url,
          token: () => upstream.token,
          clock: systemClock,
          random: systemRandom,
          gate,
          signal,
          userAgent: 'calendly-sync/bench',
          transport: options.transport,
        });
        return { calendly, budget: () => gate.state(), close: () => calendly.close() };
      },
      identified: () => Promise.resolve(),
      finished: () => undefined,
    },
    run,
    new AbortController().signal,
  );
  const tookMs = performance.now() - began;
  const [ended] = await findRuns(db, [id]);
  if (ended?.state !== 'done') throw new Error(`The run ended as ${ended?.state ?? 'nothing'}`);
  return {
    tookMs,
    requests: ended.requests,
    meetings: ended.created,
    rowsWritten: (await fresh.closeAndCount()) - SEEDED_ROWS - QUEUED_ROWS,
  };
}

async function queueFirstRun(db: Db): Promise<string> {
  const seeded = await seedConnection(db);
  const id = makeId();
  await db.tx(async (tx) => {
    const at = await tx.clock();
    await queueRun(tx, { ...seeded, id, trigger: 'api', full: false, at });
  });
  return id;
}
