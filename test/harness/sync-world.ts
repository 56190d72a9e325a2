/** A database, a simulated Calendly and one connection between them: what sync tests run on. */
import { systemRandom } from '../../src/base/random.ts';
import { systemClock } from '../../src/base/time.ts';
import { silentLog } from '../../src/base/log.ts';
import type { ClientLimits } from '../../src/calendly/client.ts';
import type { ConnectionClient } from '../../src/calendly/connection-client.ts';
import { newId } from '../../src/domain/id.ts';
import { executeRun } from '../../src/jobs/execute.ts';
import { type Connection, findConnection } from '../../src/store/connections.ts';
import type { Db } from '../../src/store/db.ts';
import { claimRun, findRuns, queueRun, type Run } from '../../src/store/runs.ts';
import { filtersOf, firstMode } from '../../src/sync/poll.ts';
import type { ProofContext } from '../../src/sync/proof-context.ts';
import { type Proof, verify } from '../../src/sync/verify.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { createWorld, tokenOf } from '../../simulator/world.ts';
import type { Readings } from '../../simulator/readings.ts';
import type { OnRequest } from '../../simulator/running.ts';
import { type Engine, freshDatabase } from './database.ts';
import { createDeadlineClock } from './leaping-clock.ts';
import { differences, imageOfRows, imageOfTruth } from './mirror-truth.ts';
import { type Spoil, startSpoilingProxy } from './spoiling-proxy.ts';
import { createSyncClient } from './sync-client.ts';
import type { VirtualTime } from './virtual-time.ts';
import { tenantsOf } from '../../src/store/tenants.ts';

/** Owner of every run of `sync`. */
export const OWNER = 'test:1:sync';
const RANGE = { pastDays: 730, futureDays: 365 };

export interface SyncWorld {
  db: Db;
  url: string | null;
  simulator: Simulator;
  workspaceId: string;
  connectionId: string;
  /** One run from queue to end. */
  sync(options?: SyncOptions): Promise<Run>;
  verify(): Promise<Proof>;
  /** Anything else that a proof's context is for. */
  proving<T>(work: (context: ProofContext) => Promise<T>): Promise<T>;
  /** What differs between rows and the simulator's truth, one line each; asks nothing over HTTP. */
  drift(): Promise<string[]>;
  /** What goes wrong on the way to Calendly from now on (`spoiling` only); none: nothing. */
  spoil(...rules: Spoil[]): void;
  /** Where Calendly is asked from now on; null: where it is. */
  pointAt(url: string | null): void;
  connection(): Promise<Connection>;
  /** A client of the connection's. */
  clientFor(signal: AbortSignal): ConnectionClient;
  close(): Promise<void>;
}

export interface SyncOptions {
  full?: boolean;
  signal?: AbortSignal;
  /** What the run gets instead of `db`. */
  through?: Db;
  /** What the run gets instead of its client. */
  asking?: (client: ConnectionClient) => ConnectionClient;
}

export interface SyncWorldOptions {
  engine?: Engine;
  story?: string;
  scope?: 'user' | 'organization';
  /** Whose token: a key of the story. */
  as?: string;
  readings?: Partial<Readings>;
  onRequest?: OnRequest;
  token?: string;
  /** Puts a server between client and simulator that can spoil answers. */
  spoiling?: boolean;
  limits?: Partial<ClientLimits>;
  /** Rows of one list page. */
  pageSize?: number;
  /** Runs list what is due, as the product's do; left out: each lists the whole range, as a first one does. */
  inTiers?: boolean;
  /** Instead of the machine's time, for database and simulator. */
  time?: VirtualTime;
}

async function forgetTiers(db: Db): Promise<void> {
  await db.query(`delete from listing_tiers where tier = 'whole'`);
}

export function makeId(): string {
  return newId({ now: () => systemClock.now(), bytes: (length) => systemRandom.bytes(length) });
}

/** Fresh everything. The client waits for nothing: retries follow at once, the gate is wide open. */
export async function makeSyncWorld(options: SyncWorldOptions = {}): Promise<SyncWorld> {
  const { time } = options;
  const world = createWorld({
    story: options.story ?? 'demo',
    ...(time === undefined ? {} : { clock: { now: () => time.now() } }),
    ...(options.readings === undefined ? {} : { readings: options.readings }),
  });
  const simulator = await startSimulator({
    world,
    rateLimit: 90_000,
    ...(options.onRequest === undefined ? {} : { onRequest: options.onRequest }),
  });
  const { db, url, drop } = await freshDatabase(
    options.engine ?? 'postgres',
    time === undefined ? {} : { clock: () => time.stamp() },
  );
  const ids = await seedConnection(db, options.scope ?? 'user');
  const token = options.token ?? tokenOf(world, options.as ?? 'host');
  const clock = createDeadlineClock();
  const proxy =
    options.spoiling === true
      ? await startSpoilingProxy(simulator.url, () => clock.expire())
      : undefined;
  let baseUrl = proxy?.url ?? simulator.url;

  return {
    db,
    url,
    simulator,
    ...ids,
    async sync(given = {}) {
      const { full = false, signal = new AbortController().signal } = given;
      const { through = db, asking = (client) => client } = given;
      if (options.inTiers !== true) await forgetTiers(db);
      const run = await db.tx(async (tx) => {
        const at = await tx.clock();
        await queueRun(tx, { ...ids, id: makeId(), trigger: 'api', full, at });
        return claimRun(tx, { owner: OWNER, at });
      });
      if (run === undefined) throw new Error('There was no run to claim');
      await executeRun(
        {
          tenants: tenantsOf(through),
          log: silentLog,
          range: RANGE,
          newId: makeId,
          pageSize: options.pageSize,
          owner: OWNER,
          clientFor: (_connection, aborted) => asking(clientFor(aborted)),
          identified: () => Promise.resolve(),
          finished: () => undefined,
        },
        run,
        signal,
      );
      const [ended] = await findRuns(db, [run.id]);
      if (ended === undefined) throw new Error('The run is gone');
      return ended;
    },
    verify: () => proving(verify),
    proving,
    async drift() {
      const truth = imageOfTruth(simulator.truth(), (time ?? systemClock).now());
      return differences(await imageOfRows(db, ids.workspaceId), truth);
    },
    spoil(...rules) {
      if (proxy === undefined) throw new Error('This world has nothing that spoils answers');
      proxy.spoil(...rules);
    },
    pointAt(url) {
      baseUrl = url ?? proxy?.url ?? simulator.url;
    },
    connection: loadConnection,
    clientFor,
    async close() {
      await proxy?.close();
      await simulator.close();
      await drop();
    },
  };

  async function proving<T>(work: (context: ProofContext) => Promise<T>): Promise<T> {
    const connection = await loadConnection();
    const { signal } = new AbortController();
    const client = clientFor(signal);
    try {
      return await work({
        db,
        calendly: client.calendly,
        connection,
        filters: filtersOf(connection, connection.read_mode ?? firstMode(connection)),
        range: RANGE,
        signal,
      });
    } finally {
      await client.close();
    }
  }

  async function loadConnection(): Promise<Connection> {
    const connection = await findConnection(db, ids.connectionId);
    if (connection === undefined) throw new Error('The connection is gone');
    return connection;
  }

  function clientFor(signal: AbortSignal): ConnectionClient {
    return createSyncClient({ baseUrl, token, signal, limits: options.limits, clock });
  }
}

/** A workspace with one admin and one connection that has not been read yet. */
export async function seedConnection(
  db: Db,
  scope: 'user' | 'organization',
): Promise<{ workspaceId: string; userId: string; connectionId: string }> {
  const ids = { workspaceId: makeId(), userId: makeId(), connectionId: makeId() };
  await db.tx(async (tx) => {
    const at = await tx.clock();
    await tx.query(`insert into workspaces (id, name, created_at) values ($1, 'Test', $2)`, [
      ids.workspaceId,
      at,
    ]);
    await tx.query(
      `insert into users (workspace_id, id, email, email_key, role, created_at)
       values ($1, $2, 'admin@example.com', $3, 'admin', $4)`,
      [ids.workspaceId, ids.userId, `admin+${ids.userId}@example.com`, at],
    );
    await tx.query(
      `insert into calendly_connections (workspace_id, id, user_id, kind, scope, created_at, updated_at)
       values ($1, $2, $3, 'token', $4, $5, $5)`,
      [ids.workspaceId, ids.connectionId, ids.userId, scope, at],
    );
  });
  return ids;
}
