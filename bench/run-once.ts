/** One run of a connection in this process, from the queue to its end. */
import { silentLog } from '../src/base/log.ts';
import type { ConnectionClient } from '../src/calendly/connection-client.ts';
import { executeRun, type ExecuteDeps } from '../src/jobs/execute.ts';
import type { Db } from '../src/store/db.ts';
import { claimRun, findRuns, queueRun, type Run } from '../src/store/runs.ts';
import { makeId, type Seeded } from './seed.ts';
import { tenantsOf } from '../src/store/tenants.ts';

const OWNER = 'bench:1:run';
export const RANGE = { pastDays: 730, futureDays: 365 };

export interface RunOnce {
  db: Db;
  seeded: Seeded;
  clientFor(signal: AbortSignal): ConnectionClient;
  subscribe?: ExecuteDeps['subscribe'];
}

/** Answers the ended run, and how long the work itself took, in milliseconds. */
export async function runOnce(once: RunOnce): Promise<{ run: Run; tookMs: number }> {
  const { db, seeded } = once;
  const claimed = await db.tx(async (tx) => {
    const at = await tx.clock();
    await queueRun(tx, { ...seeded, id: makeId(), trigger: 'schedule', full: false, at });
    return claimRun(tx, { owner: OWNER, at });
  });
  if (claimed === undefined) throw new Error('There was no run to claim');
  const began = performance.now();
  await executeRun(
    {
      tenants: tenantsOf(db),
      log: silentLog,
      range: RANGE,
      newId: makeId,
      owner: OWNER,
      clientFor: (_connection, signal) => once.clientFor(signal),
      identified: () => Promise.resolve(),
      subscribe: once.subscribe,
      finished: () => undefined,
    },
    claimed,
    new AbortController().signal,
  );
  const tookMs = performance.now() - began;
  const [run] = await findRuns(db, [claimed.id]);
  if (run === undefined) throw new Error('The run is gone');
  return { run, tookMs };
}
