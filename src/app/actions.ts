/** What the HTTP routes may set in motion. */
import { describeSchedule, nextSlot } from '../base/schedule.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import type { SyncActions } from '../http/deps.ts';
import { hasConnections, listDueConnections } from '../store/connections.ts';
import { queueRuns } from '../sync/request.ts';
import { coveringUser, readersOf } from '../store/coverage.ts';
import { isSchedulerAlive, lastSlotRun } from '../store/slots.ts';
import { fetchUser } from '../sync/account.ts';
import type { Core } from './core.ts';
import { notConnected } from './not-connected.ts';
import type { Proofs } from './proofs.ts';
import type { SyncRunner } from './sync-runner.ts';

export function createActions(
  core: Core,
  runner: SyncRunner,
  proofs: Pick<Proofs, 'request'>,
): SyncActions {
  const { db, tenants, clock, config } = core;
  const cron = config.sync.schedule;

  return {
    async requestSync({ workspaceId, userId, trigger }) {
      const rows = tenants.of(workspaceId);
      const due: { workspace_id: string; id: string }[] = await listDueConnections(rows, {
        workspaceId,
        userId,
      });
      if (due.length === 0) {
        const covered = await coveringUser(rows, { workspaceId, userId });
        if (covered === undefined) throw notConnected();
        due.push({ workspace_id: workspaceId, id: covered.connection_id });
      }
      // a run that reads the whole organisation is joined instead of the member's own
      const readers = await readersOf(rows, due);
      return {
        runIds: await queueRuns({ db: rows, newId: core.newId }, readers, { trigger, full: false }),
      };
    },
    async waitForRuns(runIds, waitMs, signal) {
      const late = new AbortController();
      const cancel = clock.after(waitMs, () => late.abort(new Error('The wait is over')));
      try {
        await runner.board.waitFor(runIds, { signal: AbortSignal.any([signal, late.signal]) });
        return true;
      } catch (error) {
        if (late.signal.aborted || signal.aborted) return false;
        throw error;
      } finally {
        cancel();
      }
    },
    async triggerAll(workspaceId) {
      const rows = tenants.of(workspaceId);
      const due = await listDueConnections(rows, { workspaceId, uncovered: true });
      return {
        runIds: await queueRuns({ db: rows, newId: core.newId }, due, {
          trigger: 'trigger',
          full: false,
        }),
      };
    },
    proveDrift: (request, wait) => proofs.request(request, wait),
    async schedulerStatus() {
      const now = clock.now();
      const next = nextSlot(cron, now);
      const words = describeSchedule(cron);
      return {
        isRunning: await isSchedulerAlive(db),
        schedule: words.charAt(0).toUpperCase() + words.slice(1),
        cron,
        slotMs: nextSlot(cron, next) - next,
        nextRunAt: timestampFromMs(next),
        lastRunAt: await lastSlotRun(db),
        calendlyConfigured: await hasConnections(db),
      };
    },
    async testConnection({ workspaceId, userId }) {
      const [connection] = await listDueConnections(tenants.of(workspaceId), {
        workspaceId,
        userId,
      });
      if (connection === undefined) throw notConnected();
      const client = core.clients.clientFor(connection, core.signal);
      try {
        return await fetchUser({ calendly: client.calendly });
      } finally {
        await client.close();
      }
    },
  };
}
