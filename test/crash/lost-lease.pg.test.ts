/** A run that another process has taken over: its old owner writes nothing any more, wherever it was. */
import { afterEach, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { hashJson } from '../../src/domain/json.ts';
import { requeueRun } from '../../src/store/runs.ts';
import { imageOfRows } from '../harness/mirror-truth.ts';
import { makeSyncWorld, type SyncWorld } from '../harness/sync-world.ts';
import { reply } from '../hostile/replies.ts';
import { INVITEES, LIST } from '../hostile/run-stage.ts';

const MEETINGS = 40;

let world: SyncWorld;
afterEach(() => world.close());

it.each([
  { about: 'while it reads its account', path: /^\/organization_memberships$/, after: 0 },
  { about: 'at the first page', path: LIST, after: 0 },
  { about: 'in the middle of the list', path: LIST, after: 2 },
  { about: 'at the last page', path: LIST, after: 3 },
  { about: 'at the first invitees', path: INVITEES, after: 0 },
  { about: 'in the middle of the invitees', path: INVITEES, after: 20 },
  { about: 'at the last invitees', path: INVITEES, after: MEETINGS - 1 },
])('a run that is lost $about changes no row afterwards', async ({ path, after }) => {
  world = await makeSyncWorld({
    story: `thousand:${MEETINGS}`,
    readings: { calendarPushMs: 0 },
    spoiling: true,
    pageSize: 10,
  });
  const taking = Promise.withResolvers<string>();
  world.spoil({
    path,
    after,
    times: 1,
    async with({ status, body }) {
      await world.db.query(`update sync_runs set owner = 'other:1:x' where state = 'running'`);
      taking.resolve(await everything(world));
      return reply(status, body);
    },
  });

  const lost: unknown = await world.sync().catch((error: unknown) => error);

  // a list is read ahead: the run may have found out while its next page is still on its way
  const taken = await taking.promise;
  expect(lost).toBeInstanceOf(AppError);
  expect(lost).toMatchObject({ code: 'run.lost' });
  expect(await everything(world)).toBe(taken);

  const { rows } = await world.db.query<{ id: string; owner: string; state: string }>(
    'select id, owner, state from sync_runs',
  );
  expect(rows).toMatchObject([{ owner: 'other:1:x', state: 'running' }]);
  // the other process goes on with it
  expect(await requeueRun(world.db, { id: rows[0]?.id ?? '', owner: 'other:1:x' })).toBe(true);
  expect(await world.sync()).toMatchObject({ id: rows[0]?.id, state: 'done', created: MEETINGS });
  expect(await world.drift()).toEqual([]);
});

/** Rows, cursor, owed reads and feed as one hash. */
async function everything({ db, workspaceId }: SyncWorld): Promise<string> {
  const rows = await imageOfRows(db, workspaceId);
  const { rows: others } = await db.query(
    `select (select count(*) from clients) as clients, (select count(*) from feed) as feed,
       (select jsonb_agg(to_jsonb(l)) from listings l) as listings,
       (select count(*) from meeting_sightings) as sightings,
       (select jsonb_agg(q.kind || q.uri || q.attempts order by q.kind, q.uri) from queued_reads q) as owed,
       (select jsonb_agg(to_jsonb(r) - 'lease_until') from sync_runs r) as runs`,
  );
  return hashJson([[...rows].toSorted(), JSON.stringify(others)]);
}
