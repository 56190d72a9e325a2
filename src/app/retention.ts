/** What the upkeep does here: vacuum, and forgetting what was kept as long as the settings say. */
import type { UpkeepTask } from '../jobs/upkeep.ts';
import { type Timestamp, timestampFromMs, timestampToMs } from '../domain/timestamp.ts';
import { forgetLinks } from '../store/account-links.ts';
import { forgetAudit } from '../store/audit.ts';
import { forgetDeliveries } from '../store/deliveries.ts';
import { forgetDriftChecks } from '../store/drift-checks.ts';
import { forgetFeed } from '../store/feed-read.ts';
import { forgetKeys } from '../store/idempotency.ts';
import { forgetRuns } from '../store/runs.ts';
import { forgetSessions } from '../store/sessions.ts';
import type { Core } from './core.ts';
import { finishUnlinking } from './disconnecting.ts';
import { finishRemovals } from './removing-workspace.ts';

const DAY_MS = 24 * 3_600_000;
/** The live stream can be resumed for this long (contract §3). */
const FEED_DAYS = 7;
/** What a year's review of who did what needs. */
const AUDIT_DAYS = 365;
/** Sessions and links that nobody can use any more. */
const ENDED_DAYS = 1;
/** As long as who sends a request again may still be doing so. */
const IDEMPOTENCY_DAYS = 1;

export function upkeepTasks(core: Core): UpkeepTask[] {
  const { db, config } = core;
  const before = async (days: number): Promise<Timestamp> =>
    timestampFromMs(timestampToMs((await db.clock()) as Timestamp) - days * DAY_MS);
  return [
    {
      name: 'deliveries',
      work: async () => forgetDeliveries(db, await before(config.retention.deliveryDays)),
    },
    { name: 'runs', work: async () => forgetRuns(db, await before(config.retention.runDays)) },
    {
      name: 'drift checks',
      work: async () => forgetDriftChecks(db, await before(config.retention.runDays)),
    },
    { name: 'feed', work: async () => forgetFeed(db, await before(FEED_DAYS)) },
    { name: 'sessions', work: async () => forgetSessions(db, await before(ENDED_DAYS)) },
    { name: 'account links', work: async () => forgetLinks(db, await before(ENDED_DAYS)) },
    { name: 'idempotency keys', work: async () => forgetKeys(db, await before(IDEMPOTENCY_DAYS)) },
    { name: 'audit', work: async () => forgetAudit(db, await before(AUDIT_DAYS)) },
    { name: 'unlinked accounts', work: () => finishUnlinking(core) },
    { name: 'deleted workspaces', work: () => finishRemovals(core) },
    { name: 'vacuum', work: () => db.upkeep() },
  ];
}
