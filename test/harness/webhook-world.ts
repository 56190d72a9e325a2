/** A simulated Calendly, a database, and the real receiving side between them. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { systemClock } from '../../src/base/time.ts';
import { confirmConnection } from '../../src/app/webhooks.ts';
import { type Connection, listDueConnections } from '../../src/store/connections.ts';
import { listConfirmationsDue } from '../../src/store/confirmations.ts';
import type { Db } from '../../src/store/db.ts';
import type { DeliveryView } from '../../src/store/delivery-list.ts';
import type { Readings } from '../../simulator/readings.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { settle, showEvent, type TrueEvent } from '../../simulator/show.ts';
import { createWorld, tokenOf } from '../../simulator/world.ts';
import { freshDatabase } from './database.ts';
import { differences, imageOfRows, imageOfTruth } from './mirror-truth.ts';
import type { Env } from './program.ts';
import { type RawAnswer, type RawRequest, sendRaw } from './raw-http.ts';
import {
  type ProcessOptions,
  sharedSettings,
  startWebhookProcess,
  type WebhookProcess,
} from './webhook-process.ts';

export interface Posted {
  answer: RawAnswer;
  /** Its row, once it has been worked; `undefined` where none was stored. */
  delivery: DeliveryView | undefined;
}

export interface WebhookWorld extends WebhookProcess {
  db: Db;
  databaseUrl: string;
  simulator: Simulator;
  /** Signs what comes by the path without an id. */
  key: string;
  env: Env;
  connection(): Promise<Connection>;
  /** Posts raw bytes, well signed unless `request` says otherwise, and answers what became of them. */
  post(body: string | Uint8Array, request?: Partial<RawRequest>): Promise<Posted>;
  /** Resolves once everything sent has arrived and everything due has been worked. */
  settled(): Promise<void>;
  /** Makes the reads that deliveries owe, now; answers how many requests that took. */
  confirmed(): Promise<number>;
  /** What differs between rows and the simulator's truth, one line each; of one meeting where it is named. */
  drift(meeting?: string): Promise<string[]>;
  /** One more process on the same database. */
  another(options?: Partial<ProcessOptions>): Promise<WebhookProcess>;
}

export interface WorldOptions extends Partial<ProcessOptions> {
  story?: string;
  /** Whose token: a key of the story. */
  as?: string;
  readings?: Partial<Readings>;
  /** Instead of a fresh database of the tests' cluster. */
  databaseUrl?: string;
}

/** Starts everything; one run has read the account unless `env` says otherwise. */
export async function startWebhookWorld(options: WorldOptions = {}): Promise<WebhookWorld> {
  const { story = 'demo', as = 'host', readings = {} } = options;
  const world = createWorld({ story, readings });
  const simulator = await startSimulator({ world, rateLimit: 90_000 });
  const { db, url, drop } = await freshDatabase('postgres');
  const databaseUrl = options.databaseUrl ?? url ?? '';
  const key = randomBytes(24).toString('base64url');
  const env: Env = {
    ...sharedSettings(databaseUrl),
    CALENDLY_API_URL: simulator.url,
    CALENDLY_PERSONAL_ACCESS_TOKEN: tokenOf(world, as),
    CALENDLY_WEBHOOK_SIGNING_KEY: key,
    ...options.env,
  };
  const others = new Set<WebhookProcess>();
  const first = await startWebhookProcess({ ...options, env });

  async function connection(): Promise<Connection> {
    const all = await listDueConnections(db, {});
    const one = all.find(({ origin }) => origin === 'environment');
    if (one === undefined) throw new Error('There is no connection');
    return one;
  }

  async function isStill(): Promise<boolean> {
    const { rows } = await db.query(
      `select 1 from webhook_deliveries where state = 'received' and next_try_at <= $1 limit 1`,
      [await db.clock()],
    );
    return rows.length === 0;
  }

  async function settled(): Promise<void> {
    await simulator.deliveries.settle();
    for (;;) {
      const news = Promise.race([first, ...others].map((one) => one.news()));
      if (await isStill()) return;
      await news;
    }
  }

  return {
    ...first,
    db,
    databaseUrl,
    simulator,
    key,
    env,
    connection,
    async post(body, request = {}) {
      const headers = request.headers ?? [
        ['content-type', 'application/json'] as const,
        signed(body, key),
      ];
      const path = '/api/calendly/webhook';
      const answer = await sendRaw(first.port, { method: 'POST', path, body, ...request, headers });
      await settled();
      return { answer, delivery: await findByBytes(db, body) };
    },
    settled,
    async confirmed() {
      const { requests } = simulator;
      const before = requests.length;
      for (;;) {
        await db.query(
          `update queued_reads set next_try_at = queued_at where reason = 'delivered' and attempts = 0`,
        );
        const due = await listConfirmationsDue(db, await db.clock());
        if (due.length === 0) return requests.length - before;
        await Promise.all(due.map((id) => confirmConnection(first.core, id, first.core.signal)));
      }
    },
    async drift(meeting) {
      const { workspace_id: workspaceId, scope, calendly_user_uri: user } = await connection();
      const truth = (
        meeting === undefined ? simulator.truth() : trueMeeting(simulator, meeting)
      ).filter(
        ({ event }) =>
          scope === 'organization' || event.event_memberships.some((host) => host.user === user),
      );
      const rows = await imageOfRows(db, workspaceId, meeting);
      return differences(rows, imageOfTruth(truth, systemClock.now()));
    },
    async another(more = {}) {
      const { story: _story, as: _as, readings: _readings, databaseUrl: _url, ...rest } = options;
      const process = await startWebhookProcess({ ...rest, ...more, env: { ...env, ...more.env } });
      others.add(process);
      return {
        ...process,
        async close() {
          others.delete(process);
          await process.close();
        },
      };
    },
    async close() {
      await Promise.all([first, ...others].map((one) => one.close()));
      await simulator.close();
      await drop();
    },
  };
}

/** One meeting as Calendly has it now; a copy of the whole truth would take a hundred times as long. */
function trueMeeting({ world }: Simulator, uri: string): TrueEvent[] {
  settle(world);
  const record = world.events.get(uri);
  if (record === undefined) return [];
  return [{ event: showEvent(world, record), invitees: world.inviteesOf.get(uri) ?? [] }];
}

/** The header with which `body` counts as genuine, signed at `t` (seconds since 1970; now where left out). */
export function signed(
  body: string | Uint8Array,
  key: string,
  t = Math.floor(systemClock.now() / 1000),
): readonly [string, string] {
  const mac = createHmac('sha256', key).update(`${t}.`).update(body).digest('hex');
  return ['calendly-webhook-signature', `t=${t},v1=${mac}`];
}

/** The delivery with exactly these bytes. */
export async function findByBytes(
  db: Db,
  body: string | Uint8Array,
): Promise<DeliveryView | undefined> {
  const { rows } = await db.query<DeliveryView>(
    `select id, subscription_id, connection_id, event, received_at, state, reason, attempts, times, flags,
       worked_at from webhook_deliveries where body_sha256 = $1`,
    [createHash('sha256').update(body).digest()],
  );
  return rows[0];
}
