/** A day of a Calendly account in virtual time: the product's own runs, its proof, its gate, every wait leapt over. */
import { systemRandom } from '../src/base/random.ts';
import { type Clock, systemClock } from '../src/base/time.ts';
import { createCalendlyClient } from '../src/calendly/client.ts';
import type { ConnectionClient } from '../src/calendly/connection-client.ts';
import { createGate, type Gate } from '../src/calendly/gate.ts';
import { timestampFromMs } from '../src/domain/timestamp.ts';
import { findConnection, listDueConnections } from '../src/store/connections.ts';
import type { Run } from '../src/store/runs.ts';
import { proveConnection } from '../src/sync/proving.ts';
import { keepSubscriptions } from '../src/sync/subscriptions.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { createWorld, tokenOf } from '../simulator/world.ts';
import { startPostgresEngine } from './engines.ts';
import { SHARE } from './first-sync.ts';
import { RANGE, runOnce } from './run-once.ts';
import { makeId, seedColleague, seedConnection } from './seed.ts';
import { tenantsOf } from '../src/store/tenants.ts';

export interface VirtualDay {
  simulator: Simulator;
  /** Milliseconds since 1970 on the day's own clock. */
  now(): number;
  pass(ms: number): void;
  /** One run, from queue to end. */
  run(): Promise<Run>;
  /** Everybody else of the story's organization links an own account, too. */
  linkColleagues(): Promise<void>;
  /** How many connections there are, and how many of them a slot has to read. */
  connections(): Promise<{ all: number; due: number }>;
  /** The daily proof. */
  prove(): Promise<void>;
  /** One request of somebody else's tool, with the same account. */
  disturb(): Promise<void>;
  stop(): Promise<void>;
}

export interface DayOptions {
  story: string;
  /** Requests a minute; left out: more than anybody asks. */
  limit?: number | undefined;
  /** Whether webhook subscriptions are kept. */
  webhooks: boolean;
  /** Whether the host's token reads the whole organization; left out: his own meetings. */
  scope?: 'user' | 'organization';
}

const AMPLE = 1_000_000;

export async function startVirtualDay(options: DayOptions): Promise<VirtualDay> {
  const time = leapingTime();
  const world = createWorld({ story: options.story, clock: { now: () => time.now() } });
  const simulator = await startSimulator({ world, rateLimit: options.limit ?? AMPLE });
  simulator.deliveries.pause();
  const token = tokenOf(world, 'host');
  const engine = await startPostgresEngine();
  const { db, closeAndCount } = await engine.fresh(() =>
    Promise.resolve(timestampFromMs(time.now())),
  );
  const seeded = await seedConnection(db, options.scope);
  const gate = createGate({ clock: time, random: systemRandom, share: SHARE });
  const { signal } = new AbortController();
  const client = (aborted: AbortSignal): ConnectionClient =>
    clientThrough(gate, { baseUrl: simulator.url, token, time, signal: aborted });

  return {
    simulator,
    now: () => time.now(),
    pass: (ms) => time.pass(ms),
    async run() {
      const { run } = await runOnce({
        db,
        seeded,
        clientFor: client,
        subscribe: options.webhooks ? subscribe : undefined,
      });
      return run;
    },
    async linkColleagues() {
      for (const { key, wire } of world.users.values()) {
        if (key !== 'host') await seedColleague(db, seeded.workspaceId, wire);
      }
    },
    async connections() {
      const due = await listDueConnections(db, { uncovered: true });
      return { all: (await listDueConnections(db, {})).length, due: due.length };
    },
    async prove() {
      const connection = await findConnection(db, seeded.connectionId);
      if (connection === undefined) throw new Error('The connection is gone');
      const deps = {
        tenants: tenantsOf(db),
        range: RANGE,
        newId: makeId,
        clientFor: (_connection: unknown, aborted: AbortSignal) => client(aborted),
      };
      const day = Math.floor(time.now() / 86_400_000);
      await proveConnection(deps, connection, { trigger: 'daily', day, signal });
    },
    async disturb() {
      await fetch(`${simulator.url}/users/me`, { headers: { authorization: `Bearer ${token}` } });
    },
    async stop() {
      await closeAndCount();
      await engine.stop();
      await simulator.close();
    },
  };
}

/** A client that waits in virtual time, at `gate` and between tries; only its deadlines are the machine's. */
function clientThrough(
  gate: Gate,
  to: { baseUrl: string; token: string; time: Clock; signal: AbortSignal },
): ConnectionClient {
  const { time } = to;
  const calendly = createCalendlyClient({
    baseUrl: to.baseUrl,
    token: () => to.token,
    clock: {
      now: () => time.now(),
      sleep: (ms, signal) => time.sleep(ms, signal),
      after: (ms, run) => systemClock.after(ms, run),
    },
    random: systemRandom,
    gate,
    signal: to.signal,
    userAgent: 'calendly-sync/bench',
  });
  return { calendly, budget: () => gate.state(), close: () => calendly.close() };
}

async function subscribe(context: Parameters<typeof keepSubscriptions>[0]): Promise<void> {
  await keepSubscriptions(context, {
    callbackPrefix: 'http://127.0.0.1:1/api/calendly/webhook/',
    makeKey: () => Buffer.from(systemRandom.bytes(32)).toString('base64url'),
    sealKey: (_id, key) => key,
  });
}

interface LeapingTime extends Clock {
  pass(ms: number): void;
}

/** Every wait is over at once and moves the time on by its length; every look moves it on by a moment. */
function leapingTime(): LeapingTime {
  const quarter = 15 * 60_000;
  let ms = Math.floor(systemClock.now() / quarter) * quarter;
  const pass = (by: number): void => {
    ms += Math.max(0, by);
  };
  return {
    now: () => (ms += 0.01),
    pass,
    async sleep(by, signal) {
      signal?.throwIfAborted();
      pass(by);
      await systemClock.sleep(0, signal);
    },
    after(by, run) {
      return systemClock.after(0, () => {
        pass(by);
        run();
      });
    },
  };
}
