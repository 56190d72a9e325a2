/** Deliveries while processes and the database are killed: what was acknowledged is there, and worked once. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { systemRandom } from '../../src/base/random.ts';
import { meetingUri } from '../harness/booking-deliveries.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres-server.ts';
import { endPrograms } from '../harness/program.ts';
import { prepareReceiving, type Receiving } from '../harness/receiving.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { type Senders, startSenders } from './senders.ts';

const FULL = process.env['CRASH'] === 'full';
/** Of a process. The first ones meet one process alone, the others three. */
const KILLS = FULL ? 100 : 3;
const ALONE = FULL ? 50 : 1;
/** Of PostgreSQL, each after so many kills. */
const CRASHES = FULL ? [10, 30, 50, 70, 90] : [2];
/** How many send at once, and what each rests between two deliveries, on average. */
const SENDERS = FULL ? 16 : 6;
const REST_MS = FULL ? 80 : 300;
const TEST_MS = FULL ? 900_000 : 90_000;

let server: PostgresServer;
let receiving: Receiving;
let fleet: Fleet;
let senders: Senders;

beforeAll(async () => {
  // killed, it may lose nothing that it has called committed
  server = await startPostgres({ fsync: true });
  // nobody is there: what deliveries owe stays owed, and the rows are theirs alone
  const calendly = { url: 'http://127.0.0.1:1', token: 'token-for-nobody' };
  receiving = await prepareReceiving(server, { database: 'crash', calendly });
  fleet = createFleet(receiving.env, () => systemRandom.fraction());
});

afterAll(async () => {
  await endPrograms();
  await server?.stop();
});

it(
  `${KILLS} kills of a server and ${CRASHES.length} of PostgreSQL lose no acknowledged delivery and work none twice`,
  { timeout: TEST_MS },
  async () => {
    await fleet.grow(1);
    await receiving.identify();
    senders = startSenders({
      receiving,
      url: () => fleet.url(),
      count: SENDERS,
      random: () => systemRandom.fraction(),
      restMs: REST_MS,
    });
    for (let kill = 1; kill <= KILLS; kill += 1) {
      if (kill === ALONE + 1) await fleet.grow(3);
      await senders.acknowledged(1);
      await fleet.killOne();
      if (CRASHES.includes(kill)) {
        await fleet.whole();
        await senders.acknowledged(1);
        await server.crash();
        await server.start();
      }
    }
    await fleet.whole();
    await senders.stop();
    // the people of a delivery whose process was killed between its two transactions are linked with the next
    await senders.sendOne();
    await everythingIsWorked();

    const { sent } = senders;
    const stored = await storedDeliveries();
    const lost = sent.filter((one) => one.isAcknowledged && !stored.has(one.sha256));
    expect(lost).toEqual([]);
    expect(stored.size).toBeGreaterThan(KILLS * 5);
    // otherwise nobody was hit
    expect(sent.some((one) => one.attempts > 1)).toBe(true);
    const bySha = new Map(sent.map((one) => [one.sha256, one]));
    const ends = [...stored].map(([sha256, state]) => [bySha.get(sha256)?.event, state].join(' '));
    expect([...new Set(ends)].toSorted()).toEqual([
      'invitee.created done',
      'meeting_recap.created ignored',
    ]);
    await expectOneEffectEach([...stored.keys()].flatMap((sha256) => bySha.get(sha256) ?? []));
    expect(fleet.fallen).toEqual([]);
    expect(await fleet.stop()).toEqual([0, 0, 0]);
    const acknowledged = sent.filter((one) => one.isAcknowledged).length;
    console.info(
      `${acknowledged} of ${sent.length} deliveries acknowledged, ${stored.size} stored and worked`,
    );
  },
);

/** SHA-256 of the bytes and the state of every row. */
async function storedDeliveries(): Promise<Map<string, string>> {
  const rows = await receiving.ask<{ sha256: string; state: string }>(
    `select encode(body_sha256, 'hex') as sha256, state from webhook_deliveries`,
  );
  return new Map(rows.map((row) => [row.sha256, row.state]));
}

async function everythingIsWorked(): Promise<void> {
  await vi.waitFor(
    async () => {
      const [row] = await receiving.ask<{ left: number }>(
        `select count(*)::int as left from webhook_deliveries where state = 'received'`,
      );
      expect(row?.left).toBe(0);
    },
    { timeout: TEST_MS, interval: 50 },
  );
}

/** The rows and the feed are exactly what each booking does once. */
async function expectOneEffectEach(worked: readonly { number: number; event: string }[]) {
  const booked = worked.filter(({ event }) => event === 'invitee.created');
  const meetings = new Set(booked.map(({ number }) => meetingUri(Math.floor(number / 2))));
  const rows = await receiving.ask<{ calendly_uri: string }>('select calendly_uri from meetings');
  expect(rows.map((row) => row.calendly_uri).toSorted()).toEqual([...meetings].toSorted());
  const emails = booked.map(({ number }) => `visitor-${number}@visitor.example`).toSorted();
  const invitees = await receiving.ask<{ email: string; client: string | null }>(
    `select i.email, e.email_key as client from invitees i
     left join client_emails e on e.workspace_id = i.workspace_id and e.client_id = i.client_id`,
  );
  expect(invitees.map((row) => row.email).toSorted()).toEqual(emails);
  await vi.waitFor(async () => {
    const clients = await receiving.ask<{ email: string }>(
      `select e.email from client_emails e join invitees i
         on i.workspace_id = e.workspace_id and i.client_id = e.client_id`,
    );
    expect(clients.map((row) => row.email).toSorted()).toEqual(emails);
  });
  const feed = await receiving.ask<{ event: string; entries: number; subjects: number }>(
    `select event, count(*)::int as entries, count(distinct subject_id)::int as subjects from feed
     where event in ('meeting.created', 'delivery.changed', 'client.changed') group by event order by event`,
  );
  expect(feed).toEqual([
    { event: 'client.changed', entries: emails.length, subjects: emails.length },
    { event: 'delivery.changed', entries: worked.length, subjects: worked.length },
    { event: 'meeting.created', entries: meetings.size, subjects: meetings.size },
  ]);
  const [holes] = await receiving.ask<{ newest: number; entries: number }>(
    'select max(number)::int as newest, count(*)::int as entries from feed',
  );
  expect(holes?.newest).toBe(holes?.entries);
}
