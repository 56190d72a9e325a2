/** Reads that are owed: crossed off by their answers, unless they were asked for again meanwhile. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../test/harness/database.ts';
import { seedConnection } from '../../test/harness/sync-world.ts';
import { finishReads, nextReads, queueMeetingReads } from './reads.ts';

const URI = 'https://api.calendly.com/scheduled_events/ONE';
const at = (minute: number): string => `2026-03-04T12:0${minute}:00.000000Z`;

let fresh: FreshDatabase;
let owner: Awaited<ReturnType<typeof seedConnection>>;
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.drop());
beforeEach(async () => {
  owner = await seedConnection(fresh.db, 'user');
});

async function ask(minute: number): Promise<void> {
  const queue = { at: at(minute), uris: [URI], reason: 'doubtful' };
  await fresh.db.tx((tx) => queueMeetingReads(tx, owner, queue));
}

async function answer(readStartedAt: string): Promise<void> {
  const done = { kind: 'meeting', uris: [URI], readStartedAt } as const;
  await fresh.db.tx((tx) => finishReads(tx, owner, done));
}

async function due(minute: number): Promise<string[]> {
  const reads = await nextReads(fresh.db, owner, { at: at(minute), limit: 10, tried: [] });
  return reads.map(({ uri }) => uri);
}

it('a read that is answered is owed no more, also where it began in the moment it was asked for', async () => {
  await ask(1);
  expect(await due(1)).toEqual([URI]);
  await answer(at(1));
  expect(await due(9)).toEqual([]);
});

it('a read that is asked for again while it is made stays owed, and is due soon', async () => {
  await ask(2);
  await answer(at(1));
  expect(await due(2)).toEqual([]);
  expect(await due(3)).toEqual([URI]);
});
