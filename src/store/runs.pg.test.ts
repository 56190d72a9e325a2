/** Runs beside each other: one that somebody is joining can be taken all the same. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../test/harness/database.ts';
import { makeId, seedConnection } from '../../test/harness/sync-world.ts';
import type { Db, Tx } from './db.ts';
import { openPostgres } from './postgres.ts';
import { claimRun, queueRun, type Run, RUNS_CHANNEL } from './runs.ts';

let fresh: FreshDatabase;
let other: Db;
let ids: { workspaceId: string; connectionId: string };
let heard: PromiseWithResolvers<void>;

beforeEach(async () => {
  fresh = await freshDatabase('postgres');
  const onError = (error: unknown): never => {
    throw error;
  };
  other = await openPostgres({ url: fresh.url ?? '', schema: 'public', onError });
  ids = await seedConnection(fresh.db, 'user');
  heard = Promise.withResolvers();
  await fresh.db.listen(RUNS_CHANNEL, () => heard.resolve());
});
afterEach(async () => {
  await other.close();
  await fresh.drop();
});

it('a run that somebody is joining at the moment is taken by a worker', async () => {
  const first = await fresh.db.tx((tx) => request(tx, false));
  await fresh.db.tx(async (tx) => {
    expect(await request(tx, false)).toEqual({ id: first.id, joined: true });
    expect((await claim())?.id).toBe(first.id);
  });
});

it('a run that is widened at the moment is announced again, for workers that passed it over', async () => {
  const first = await fresh.db.tx((tx) => request(tx, false));
  await heard.promise;
  heard = Promise.withResolvers();
  await fresh.db.tx(async (tx) => {
    expect(await request(tx, true)).toEqual({ id: first.id, joined: true });
    expect(await claim()).toBeUndefined();
  });
  await heard.promise;
  expect(await claim()).toMatchObject({ id: first.id, full_range: true });
});

it('a run that is under way is joined as it is', async () => {
  const first = await fresh.db.tx((tx) => request(tx, false));
  await claim();
  expect(await fresh.db.tx((tx) => request(tx, true))).toEqual({ id: first.id, joined: true });
  const { rows } = await fresh.db.query('select full_range, state from sync_runs');
  expect(rows).toEqual([{ full_range: false, state: 'running' }]);
});

async function request(tx: Tx, full: boolean): Promise<{ id: string; joined: boolean }> {
  return queueRun(tx, { ...ids, id: makeId(), trigger: 'api', full, at: await tx.clock() });
}

/** From another process's pool. */
function claim(): Promise<Run | undefined> {
  return other.tx(async (tx) => claimRun(tx, { owner: 'worker:1:x', at: await tx.clock() }));
}
