/** What a first sync must have left behind, however often it was killed: everything, once. */
import { expect } from 'vitest';
import { systemClock } from '../../src/base/time.ts';
import { findConnection } from '../../src/store/connections.ts';
import type { Db } from '../../src/store/db.ts';
import { openDatabase } from '../../src/store/open.ts';
import { filtersOf, firstMode } from '../../src/sync/poll.ts';
import { verify } from '../../src/sync/verify.ts';
import { differences, imageOfRows, imageOfTruth } from '../harness/mirror-truth.ts';
import { createSyncClient } from '../harness/sync-client.ts';
import type { KilledSync } from './killed-sync.ts';

export interface Expected {
  /** Address of the database; null: the embedded one. */
  database: string | null;
  /** Meetings of the story, each with one invitee. */
  meetings: number;
  about: string;
}

/** One row for each thing, everybody linked, every count made once, nothing left under way. */
export async function expectWhole(sync: KilledSync, expected: Expected): Promise<void> {
  const asked = sync.simulator.requests.length;
  const db = await openDatabase({
    url: expected.database,
    schema: 'public',
    dataDir: sync.env['DATA_DIR'] ?? '',
    onError: () => undefined,
  });
  try {
    await expectRuns(db, { ...expected, asked });
    await expectRows(db, sync, expected);
    await expectProof(db, sync, expected);
  } finally {
    await db.close();
  }
}

async function expectRuns(
  db: Db,
  { meetings, about, asked }: Expected & { asked: number },
): Promise<void> {
  const { rows: runs } = await db.query<{ state: string; created: number; requests: number }>(
    'select state, created, requests from sync_runs',
  );
  expect(new Set(runs.map(({ state }) => state)), about).toEqual(new Set(['done']));
  expect(
    runs.reduce((sum, run) => sum + run.created, 0),
    about,
  ).toBe(meetings);
  const counted = runs.reduce((sum, run) => sum + run.requests, 0);
  expect(counted, about).toBeGreaterThanOrEqual(meetings);
  expect(counted, about).toBeLessThanOrEqual(asked);
}

async function expectRows(
  db: Db,
  { simulator }: KilledSync,
  { meetings, about }: Expected,
): Promise<void> {
  const truth = simulator.truth();
  const people = new Set(truth.flatMap(({ invitees }) => invitees.map(({ email }) => email)));
  const { rows: counts } = await db.query(
    `select (select count(*) from clients) as clients,
       (select count(*) from invitees where client_id is null or link_pending) as unlinked,
       (select count(*) from queued_reads) as owed, (select count(*) from listings) as listings,
       (select count(*) from meetings) as meetings, (select count(*) from invitees) as invitees,
       (select coalesce(max(number), 0) - count(*) from feed) as holes,
       (select count(*) from feed where event = 'meeting.created') as announced`,
  );
  expect(counts, about).toEqual([
    {
      clients: people.size,
      unlinked: 0,
      owed: 0,
      listings: 0,
      meetings,
      invitees: meetings,
      holes: 0,
      announced: meetings,
    },
  ]);
  const [workspace] = (await db.query<{ id: string }>('select id from workspaces')).rows;
  const rows = await imageOfRows(db, workspace?.id ?? '');
  expect(differences(rows, imageOfTruth(truth, systemClock.now())), about).toEqual([]);
}

/** The program's own proof finds the same. */
async function expectProof(
  db: Db,
  { simulator, env }: KilledSync,
  { meetings, about }: Expected,
): Promise<void> {
  const [one] = (await db.query<{ id: string }>('select id from calendly_connections')).rows;
  const connection = await findConnection(db, one?.id ?? '');
  if (connection === undefined) throw new Error('The connection is gone');
  const { signal } = new AbortController();
  const token = env['CALENDLY_PERSONAL_ACCESS_TOKEN'] ?? '';
  const client = createSyncClient({ baseUrl: simulator.url, token, signal });
  const proof = await verify({
    db,
    calendly: client.calendly,
    connection,
    filters: filtersOf(connection, connection.read_mode ?? firstMode(connection)),
    range: { pastDays: 730, futureDays: 365 },
    signal,
  });
  await client.close();
  expect(proof, about).toMatchObject({
    complete: true,
    checked: { meetings, invitees: meetings },
    missing: [],
    extra: [],
    different: [],
  });
}
