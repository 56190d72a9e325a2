/** Three processes' real clients on one PostgreSQL database and one Calendly keep to the share together. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tokenPlace } from '../../src/domain/sealed-places.ts';
import { type ClientFactory, createClientFactory } from '../../src/app/connections.ts';
import { createRequestLedger } from '../../src/app/request-ledger.ts';
import { generateKeyring, parseKeyring } from '../../src/base/box.ts';
import { silentLog } from '../../src/base/log.ts';
import type { ConnectionClient } from '../../src/calendly/connection-client.ts';
import { listConnections } from '../../src/store/connection-list.ts';
import type { Db } from '../../src/store/db.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { createWorld, tokenOf, userNamed } from '../../simulator/world.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { seedConnection } from '../harness/sync-world.ts';
import { createTestClock, type TestClock } from '../hostile/clock.ts';
import { steadyRandom } from '../hostile/random.ts';
import { clockOf, mostWithin, type Present, START } from './processes.ts';

const LIMIT = 60;
const SHARE = LIMIT / 2;
const MINUTE_MS = 60_000;
const STEP_MS = 250;
const keyring = parseKeyring(generateKeyring());
const { signal } = new AbortController();

interface Process {
  db: Db;
  clients: ClientFactory;
  client: ConnectionClient;
}

let present: Present;
let clock: TestClock;
let simulator: Simulator;
let fresh: FreshDatabase;
let account: string;
let connection: { id: string; calendly_user_uri: string | null; token_sealed: string };
let owner: { workspaceId: string; userId: string };
let processes: Process[];
let warnings: string[];
let asking: number;
let answered: number;

beforeEach(async () => {
  present = { ms: 0 };
  asking = answered = 0;
  warnings = [];
  clock = createTestClock(START);
  const world = createWorld({ story: 'demo', now: START, clock });
  simulator = await startSimulator({ world, rateLimit: LIMIT });
  fresh = await freshDatabase('postgres', { clock: clockOf(present) });
  const ids = await seedConnection(fresh.db, 'user');
  owner = ids;
  account = userNamed(world, 'host').uri;
  const sealed = keyring.seal(tokenOf(world, 'host'), tokenPlace(ids.connectionId));
  connection = { id: ids.connectionId, calendly_user_uri: account, token_sealed: sealed };
  await fresh.db.query('update calendly_connections set calendly_user_uri = $1', [account]);
  processes = await Promise.all([1, 2, 3].map(startProcess));
});

afterEach(async () => {
  for (const { clients, db } of processes) {
    await clients.close();
    await db.close();
  }
  await simulator.close();
  await fresh.drop();
});

async function startProcess(): Promise<Process> {
  const db = await openPostgres({
    url: fresh.url ?? '',
    schema: 'public',
    clock: clockOf(present),
    max: 2,
    onError: (error) => expect(error).toBeUndefined(),
  });
  const clients = createClientFactory({
    baseUrl: simulator.url,
    share: SHARE / LIMIT,
    clock,
    random: steadyRandom(0),
    keyring,
    userAgent: 'calendly-sync/test',
    ledgerOf(user) {
      const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
      const ledger = createRequestLedger({ db, log }, user);
      return {
        batch: ledger.batch,
        exchange(words) {
          asking += 1;
          return ledger.exchange(words).finally(() => (asking -= 1));
        },
      };
    },
  });
  return { db, clients, client: clients.clientFor(connection, signal) };
}

/** Asks Calendly `count` times at once; the answers come as time goes on. */
function ask({ client }: Process, count: number): void {
  for (let request = 0; request < count; request += 1) {
    void client.calendly.get('/users/me').then(() => (answered += 1));
  }
}

/** Lets time go on; what can be answered meanwhile is answered in its time. */
async function pass(ms: number): Promise<void> {
  await quiet();
  for (let gone = 0; gone < ms; gone += STEP_MS) {
    present.ms += STEP_MS;
    clock.advance(STEP_MS);
    await quiet();
  }
}

async function quiet(): Promise<void> {
  for (let idle = 0; idle < 3;) {
    await new Promise((resolve) => setImmediate(resolve));
    const sent = processes.reduce((sum, { client }) => sum + client.calendly.requests, 0);
    const refused = [...simulator.refused.values()].reduce((sum, count) => sum + count, 0);
    idle = asking === 0 && sent === answered + refused ? idle + 1 : 0;
  }
}

async function shown(): Promise<unknown> {
  const [one] = await listConnections(fresh.db, owner, { slotMs: 900_000, nextRunAt: null });
  return one?.requests;
}

it('together they never send more than the share in any minute, and are never refused', async () => {
  for (const process of processes) ask(process, 50);
  await pass(30_000);
  expect(answered).toBe(SHARE);
  expect(await shown()).toMatchObject({ used: SHARE, limit: LIMIT });
  await pass(4.5 * MINUTE_MS);
  expect(answered).toBe(150);
  const times = simulator.requests.map(({ at }) => at - START);
  expect(mostWithin(times, MINUTE_MS)).toBe(SHARE);
  expect(simulator.refused.size).toBe(0);
});

it('status counts the requests of all of them while they work, and none a minute later', async () => {
  for (const process of processes) ask(process, 4);
  await pass(1000);
  for (const { client } of processes) await client.close();
  expect(await shown()).toEqual({ used: 12, left: LIMIT - 12, limit: LIMIT });
  await pass(MINUTE_MS);
  expect(await shown()).toEqual({ used: 0, left: LIMIT, limit: LIMIT });
});

it('a new connection counts from the moment that Calendly has said whose it is', async () => {
  const [{ clients } = expect.fail('no process')] = processes;
  const other = clients.clientFor(
    {
      ...connection,
      id: 'new',
      calendly_user_uri: null,
      token_sealed: keyring.seal(tokenOf(simulator.world, 'host'), tokenPlace('new')),
    },
    signal,
  );
  await other.calendly.get('/users/me');
  clients.identified('new', account);
  for (let request = 0; request < 3; request += 1) await other.calendly.get('/users/me');
  await other.close();
  expect(await shown()).toEqual({ used: 3, left: LIMIT - 4, limit: LIMIT });
});

it('a process whose database is gone goes on within its own share, and says so once', async () => {
  const [first = expect.fail('no process')] = processes;
  ask(first, 2);
  await pass(1000);
  await first.db.close();
  ask(first, 40);
  await pass(50_000);
  expect(answered).toBe(SHARE);
  await pass(MINUTE_MS);
  expect(answered).toBe(42);
  expect(warnings).toEqual([expect.stringContaining('keeps to its own share')]);
});
