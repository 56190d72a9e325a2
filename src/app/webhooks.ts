/** Webhooks wired up: receiving on a pool of its own, working, confirming, subscribing. */
import type { Caller } from '../accounts/caller.ts';
import { linkClients } from '../clients/link.ts';
import { CalendlyError } from '../calendly/errors.ts';
import type { HttpDeps, WebhookStatus } from '../http/deps.ts';
import { startDeliveryWorker } from '../jobs/delivery-worker.ts';
import { findConnection } from '../store/connections.ts';
import { followDatabaseClock } from '../store/database-clock.ts';
import type { Db } from '../store/db.ts';
import { announceDeliveries, replayDeliveries } from '../store/deliveries.ts';
import { listRefusals, saveRefusal } from '../store/subscriptions.ts';
import { openDatabase } from '../store/open.ts';
import { tenantsOf } from '../store/tenants.ts';
import {
  hasLiveSubscription,
  lastDeliveryAt,
  listWorkspaceSubscriptions,
} from '../store/webhook-status.ts';
import { confirmDeliveries } from '../sync/confirm.ts';
import type { RunContext } from '../sync/lease.ts';
import { createIntake } from '../sync/intake.ts';
import { receive } from '../sync/receive.ts';
import { keepSubscriptions } from '../sync/subscriptions.ts';
import type { Core } from './core.ts';
import { createDeliveryNotices } from './delivery-notices.ts';
import { createPrecedence } from './precedence.ts';
import { createReceivers } from './receivers.ts';
import { keyPlace } from '../domain/sealed-places.ts';
import { describeError } from '../domain/errors.ts';

export interface Webhooks {
  /** For the HTTP server. */
  deps: Required<Pick<HttpDeps, 'receive' | 'replay' | 'webhookStatus'>>;
  stop(): Promise<void>;
}

/** Connections of the pool that only acknowledges deliveries. */
const ACK_CONNECTIONS = 4;
export const WEBHOOK_PATH = '/api/calendly/webhook/';

/** Starts working deliveries. `worked` is told of each. */
export async function startWebhooks(
  core: Core,
  worked: (event: string, state: string) => void,
): Promise<Webhooks> {
  const { clock, db, tenants } = core;
  const ackDatabase = await openAckDatabase(core);
  const acks = ackDatabase === null ? db : tenantsOf(ackDatabase).system;
  const databaseClock = await followDatabaseClock(acks, clock);
  const precedence = createPrecedence(clock);
  const worker = await startDeliveryWorker({
    tenants,
    clock,
    random: core.random,
    log: core.log,
    newId: core.newId,
    confirm: (connectionId, signal) => confirmConnection(core, connectionId, signal),
    link: (workspaceId, signal) =>
      linkClients(tenants.of(workspaceId), workspaceId, { newId: core.newId, signal }),
    giveWay: () => precedence.giveWay(),
    worked,
  });
  const notices = createDeliveryNotices(clock, () => announceDeliveries(acks));
  const receiveDeps = {
    store: createIntake(acks),
    announce: () => notices.tell(),
    clock,
    newId: core.newId,
    databaseNow: () => databaseClock.now(),
    findReceiver: createReceivers(core),
  };
  return {
    deps: {
      receive: (delivery) => precedence.first(() => receive(receiveDeps, delivery)),
      replay: async ({ workspaceId, deliveryId }) =>
        (await replayDeliveries(tenants.of(workspaceId), { workspaceId, id: deliveryId })) > 0,
      webhookStatus: (caller) => webhookStatus(core, caller),
    },
    async stop() {
      databaseClock.stop();
      await notices.idle();
      await worker.stop();
      await ackDatabase?.close();
    },
  };
}

/**
 * The hook of a run that keeps the connection's subscriptions. Whatever Calendly says to it, the run goes
 * on: without webhooks changes come by polling.
 */
export async function subscribe(core: Core, context: RunContext): Promise<void> {
  const publicUrl = core.publicUrl();
  if (publicUrl === null) return;
  const appKey = await keyOfApp(core, context);
  if (appKey === null) return;
  try {
    const report = await keepSubscriptions(context, {
      callbackPrefix: `${publicUrl}${WEBHOOK_PATH}`,
      makeKey: () => appKey ?? Buffer.from(core.random.bytes(32)).toString('base64url'),
      sealKey: (id, key) => core.secrets.keyring.seal(key, keyPlace(id)),
    });
    const { created, replaced, removed, refused } = report;
    if (created + replaced + removed > 0) {
      core.log.info('Webhook subscriptions were put in order', { created, replaced, removed });
    }
    for (const { family, message } of refused) {
      core.log.warn('Calendly does not allow a webhook subscription; changes come by polling', {
        connection_id: context.connection.id,
        family,
        reason: message,
      });
    }
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof CalendlyError)) throw error;
    core.log.warn('Webhook subscriptions could not be looked at; changes come by polling', {
      connection_id: context.connection.id,
      ...describeError(error),
    });
  }
}

/**
 * Calendly signs an OAuth app's deliveries with the app's own key, whatever key is asked for (its docs, "Webhook
 * signatures"). Undefined for a token's connection, null where the app's key is not known: then it polls.
 */
async function keyOfApp(core: Core, context: RunContext): Promise<string | null | undefined> {
  const { connection, db } = context;
  if (connection.kind !== 'oauth') return undefined;
  const key = core.config.calendly.oauth?.signingKey?.reveal() ?? null;
  const owner = { workspaceId: connection.workspace_id, connectionId: connection.id };
  const said = key === null ? NO_APP_KEY : null;
  const standing = await listRefusals(db, owner);
  if (said !== null || standing.some(({ code }) => code === NO_APP_KEY.code)) {
    await saveRefusal(db, owner, { family: 'core', at: await db.clock(), said });
  }
  return key;
}

const NO_APP_KEY = {
  code: 'webhooks.no_app_key',
  message: 'CALENDLY_CLIENT_SIGNING_KEY is not set: changes of this connection come by polling.',
};

/** On PostgreSQL a small pool of its own: a busy sync never delays an acknowledgement. */
async function openAckDatabase(core: Core): Promise<Db | null> {
  const url = core.config.database.url?.reveal() ?? null;
  if (url === null) return null;
  return openDatabase({
    url,
    schema: core.config.database.schema,
    dataDir: core.mode.dataDir,
    max: ACK_CONNECTIONS,
    time: core.clock,
    onError: (error) => core.log.warn('The database reported a fault', { ...describeError(error) }),
  });
}

/** Reads one batch of what deliveries owe for a connection, people included; answers how many reads were claimed. */
export async function confirmConnection(
  core: Core,
  connectionId: string,
  signal: AbortSignal,
): Promise<number> {
  const connection = await findConnection(core.db, connectionId);
  if (connection === undefined) return 0;
  const rows = core.tenants.of(connection.workspace_id);
  const client = core.clients.clientFor(connection, signal);
  try {
    const claimed = await confirmDeliveries({
      db: rows,
      calendly: client.calendly,
      connection,
      range: core.config.sync,
      newId: core.newId,
      run: null,
      signal,
      counted: { requests: 0 },
    });
    if (claimed > 0) {
      await linkClients(rows, connection.workspace_id, { newId: core.newId, signal });
    }
    return claimed;
  } finally {
    await client.close();
  }
}

async function webhookStatus(core: Core, caller: Caller | null): Promise<WebhookStatus> {
  const publicUrl = core.publicUrl();
  const manual = core.config.calendly.webhookSigningKey !== null;
  return {
    configured: manual || (await hasLiveSubscription(core.db)),
    url: publicUrl === null ? null : `${publicUrl}${WEBHOOK_PATH.slice(0, -1)}`,
    ...(await seenBy(core, caller)),
  };
}

async function seenBy(
  core: Core,
  caller: Caller | null,
): Promise<Pick<WebhookStatus, 'subscriptions' | 'last_delivery_at'>> {
  if (caller === null) return { subscriptions: [], last_delivery_at: null };
  const { workspaceId } = caller;
  const rows = core.tenants.of(workspaceId);
  return {
    subscriptions: await listWorkspaceSubscriptions(rows, workspaceId),
    last_delivery_at: await lastDeliveryAt(rows, workspaceId),
  };
}
