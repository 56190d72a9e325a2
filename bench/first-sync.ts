/** One first sync from an empty database to rows and clients, timed. */
import { systemRandom } from '../src/base/random.ts';
import { systemClock } from '../src/base/time.ts';
import { createCalendlyClient } from '../src/calendly/client.ts';
import { createGate } from '../src/calendly/gate.ts';
import type { Transport } from '../src/calendly/transport.ts';
import type { Fresh } from './engines.ts';
import { runOnce } from './run-once.ts';
import { SEEDED_ROWS, seedConnection } from './seed.ts';
import type { Upstream } from './simulator.ts';

export interface Timed {
  tookMs: number;
  requests: number;
  meetings: number;
  /** Rows inserted, updated and deleted by the sync, its own bookkeeping included. */
  rowsWritten: number;
}

/** SYNC_RATE_SHARE's default. */
export const SHARE = 0.5;
/** The run, and its claim. */
const QUEUED_ROWS = 2;
/** What a request of the bench finds at the gate: nothing to wait for. */
const WIDE_OPEN = { 'x-ratelimit-limit': '100000000', 'x-ratelimit-remaining': '100000000' };

export interface SyncOptions {
  transport?: Transport;
  /** Whether the gate keeps to its share of Calendly's limit; left out: it is open. */
  isLimited?: boolean;
}

/** Syncs `upstream` into the empty `fresh`, which is closed afterwards. */
export async function syncOnce(
  fresh: Fresh,
  upstream: Pick<Upstream, 'url' | 'token'>,
  options: SyncOptions = {},
): Promise<Timed> {
  const { db } = fresh;
  const { run, tookMs } = await runOnce({
    db,
    seeded: await seedConnection(db),
    clientFor(signal) {
      const gate = createGate({ clock: systemClock, random: systemRandom, share: SHARE });
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
  });
  if (run.state !== 'done') throw new Error(`The run ended as ${run.state}`);
  return {
    tookMs,
    requests: run.requests,
    meetings: run.created,
    rowsWritten: (await fresh.closeAndCount()) - SEEDED_ROWS - QUEUED_ROWS,
  };
}
