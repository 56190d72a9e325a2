/** Proofs in the server: on demand for the API, daily with the scheduler, told in the log and the metrics. */
import type { Metrics } from '../base/metrics.ts';
import { describeError } from '../domain/errors.ts';
import type { SyncActions } from '../http/deps.ts';
import { type DailyProof, startDailyProof } from '../jobs/daily-proof.ts';
import { listDueConnections } from '../store/connections.ts';
import type { DriftCheck } from '../store/drift-checks.ts';
import { openProofDesk } from '../sync/proof-desk.ts';
import type { Core } from './core.ts';
import { notConnected } from './not-connected.ts';

export interface Proofs {
  request: SyncActions['proveDrift'];
  /** Proves each active connection once a day from now on; `owner` is this process. */
  startDaily(owner: string): void;
  stop(): Promise<void>;
}

export function openProofs(core: Core, metrics: Pick<Metrics, 'driftFound'>): Proofs {
  const { db, tenants, clock, log } = core;
  const desk = openProofDesk({
    tenants,
    newId: core.newId,
    range: core.config.sync,
    clientFor: (connection, signal) => core.clients.clientFor(connection, signal),
    recorded: (check) => tell(core, metrics, check),
  });
  let daily: DailyProof | null = null;

  return {
    async request({ workspaceId, userId, repair }, wait) {
      const whose = userId === null ? { workspaceId } : { workspaceId, userId };
      const due = await listDueConnections(tenants.of(workspaceId), whose);
      if (due.length === 0) throw notConnected();
      const proofs = due.map((connection) => desk.prove(connection, { trigger: 'api', repair }));
      const ended = allEnded(proofs);
      // whoever asked may be gone by then
      ended.catch((error: unknown) => {
        log.warn('A proof that was asked for could not be made', { ...describeError(error) });
      });
      const over = Promise.withResolvers<false>();
      const giveUp = (): void => over.resolve(false);
      const cancel = clock.after(wait.ms, giveUp);
      wait.signal.addEventListener('abort', giveUp, { once: true });
      if (wait.signal.aborted) giveUp();
      try {
        return await Promise.race([ended.then(() => true), over.promise]);
      } finally {
        cancel();
        wait.signal.removeEventListener('abort', giveUp);
      }
    },
    startDaily(owner) {
      daily ??= startDailyProof({
        db,
        clock,
        log,
        owner,
        prove: (connection, day) => desk.prove(connection, { trigger: 'daily', day }),
      });
    },
    async stop() {
      await Promise.all([daily?.stop(), desk.stop()]);
    },
  };
}

/** Resolves once all have ended; rejects only where none could be made: what one account lacks says nothing of others. */
async function allEnded(proofs: readonly Promise<unknown>[]): Promise<void> {
  const ends = await Promise.allSettled(proofs);
  const [first] = ends;
  if (first?.status === 'rejected' && ends.every(({ status }) => status === 'rejected')) {
    throw first.reason;
  }
}

/** Counts only what a second look has confirmed, which a proof that broke off has not taken. */
function tell(core: Core, metrics: Pick<Metrics, 'driftFound'>, check: DriftCheck): void {
  const { connection_id, trigger, repaired } = check;
  const missing = check.missing.length;
  const extra = check.extra.length;
  const different = check.different.length;
  if (check.error_code !== null) {
    core.log.warn('A proof could not read everything', {
      connection_id,
      trigger,
      code: check.error_code,
      reason: check.error_message,
      action: check.error_action,
    });
    return;
  }
  if (missing + extra + different === 0) return;
  metrics.driftFound('missing', missing);
  metrics.driftFound('extra', extra);
  metrics.driftFound('different', different);
  const found = { connection_id, trigger, missing, extra, different, repaired };
  core.log.warn('A proof found rows that differ from Calendly', found);
}
