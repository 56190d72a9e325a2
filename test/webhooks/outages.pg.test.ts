/** Bad inputs 58 to 60: the database is down, slow, or full. Nothing that was acknowledged is lost, and it heals alone. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/base/time.ts';
import { startSimulator, type Simulator } from '../../simulator/server.ts';
import { createWorld, tokenOf } from '../../simulator/world.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres-server.ts';
import { type RawAnswer, sendRaw } from '../harness/raw-http.ts';
import { steppedClock } from '../harness/stepped-clock.ts';
import {
  sharedSettings,
  startWebhookProcess,
  type WebhookProcess,
} from '../harness/webhook-process.ts';
import { signed } from '../harness/webhook-world.ts';
import { harmless, JSON_TYPE, PATH } from './case.ts';

const key = randomBytes(24).toString('base64url');
const httpClock = steppedClock(systemClock.now());

let server: PostgresServer;
let simulator: Simulator;
let receiver: WebhookProcess;

beforeAll(async () => {
  server = await startPostgres({ fsync: true });
  await ask('create database receiving', 'postgres');
  const world = createWorld({ story: 'empty' });
  simulator = await startSimulator({ world, rateLimit: 90_000 });
  receiver = await startWebhookProcess({
    env: {
      ...sharedSettings(server.url('receiving')),
      CALENDLY_API_URL: simulator.url,
      CALENDLY_PERSONAL_ACCESS_TOKEN: tokenOf(world, 'host'),
      CALENDLY_WEBHOOK_SIGNING_KEY: key,
    },
    publicUrl: null,
    httpClock,
  });
});
afterAll(async () => {
  await receiver.close();
  await simulator.close();
  await server.stop();
});

/** On a connection of its own, so that no pool stands in the way. */
async function connect(database = 'receiving'): Promise<Client> {
  const client = new Client({ connectionString: server.url(database) });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function ask<Row extends object>(text: string, database?: string): Promise<Row[]> {
  const client = await connect(database);
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

function post(body: string): Promise<RawAnswer> {
  const headers = [JSON_TYPE, signed(body, key)];
  return sendRaw(receiver.port, { method: 'POST', path: PATH, body, headers });
}

function timesOf(body: string): Promise<{ times: number; state: string }[]> {
  return ask(
    `select times, state from webhook_deliveries where convert_from(body, 'UTF8') = '${body}'`,
  );
}

/** Waits until the delivery has been worked, woken by whatever the process says. */
async function whenWorked(body: string): Promise<void> {
  for (;;) {
    const news = receiver.news();
    const [row] = await timesOf(body);
    if (row?.state === 'ignored') return;
    await news;
  }
}

function expectNotStored(answer: RawAnswer): void {
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(JSON.parse(answer.text)).toMatchObject({ code: 'webhook.not_stored' });
}

it('row 58: a database that is down is 503; what was acknowledged is there afterwards', async () => {
  const [before, during] = [harmless(), harmless()];
  expect((await post(before)).status).toBe(200);
  await server.crash();
  expectNotStored(await post(during));
  await server.start();

  expect((await post(during)).status).toBe(200);
  expect(await timesOf(before)).toMatchObject([{ times: 1 }]);
  expect(await timesOf(during)).toMatchObject([{ times: 1 }]);
});

it('row 59: a slow database is 503 after 8 seconds; the delivery that comes again is the same', async () => {
  const body = harmless();
  const blocker = await connect();
  await blocker.query('begin');
  await blocker.query('lock table webhook_deliveries in access exclusive mode');
  const answer = post(body);
  await httpClock.whenSet(8000);
  httpClock.pass(8000);
  expectNotStored(await answer);
  await blocker.query('rollback');
  await blocker.end();

  expect((await post(body)).status).toBe(200);
  await whenWorked(body);
  // the late one may have landed too: still one row
  expect(await timesOf(body)).toHaveLength(1);
});

it('row 60: a full disk is 503 and nothing of it is shown; it heals alone', async () => {
  const body = harmless();
  await ask(`
    create function disk_full() returns trigger language plpgsql as $$ begin
      raise exception 'could not extend file "base/1/2": No space left on device' using errcode = '53100';
    end $$;
    create trigger disk_full before insert on webhook_deliveries for each row execute function disk_full()`);
  const answer = await post(body);
  expectNotStored(answer);
  expect(answer.text).not.toContain('space');
  expect(await timesOf(body)).toEqual([]);

  await ask('drop trigger disk_full on webhook_deliveries');
  expect((await post(body)).status).toBe(200);
  await whenWorked(body);
  expect(await ask(`select 1 from webhook_deliveries where state <> 'ignored'`)).toEqual([]);
});
