/** What the next process makes of a dead one's run, and what a first sync must have left behind then: everything, once. */
import { expect } from 'vitest';
import { requeueRun, type Run } from '../../src/store/runs.ts';
import { OWNER, type SyncWorld } from '../harness/sync-world.ts';

/** What the worker of the next process does. */
export async function goOn(world: SyncWorld): Promise<Run> {
  const { rows } = await world.db.query<{ id: string }>(
    `select id from sync_runs where state = 'running'`,
  );
  for (const { id } of rows) await requeueRun(world.db, { id, owner: OWNER });
  return world.sync();
}

/** `meetings`: of the story, each with one invitee; `about` tells a failure from others. */
export async function expectFirstSync(
  world: SyncWorld,
  { meetings, about }: { meetings: number; about: string },
): Promise<void> {
  expect(await world.drift(), about).toEqual([]);
  const { rows } = await world.db.query(
    `select (select count(*) from sync_runs where state <> 'done') as unfinished,
       (select sum(created)::int from sync_runs) as created,
       (select count(*) from feed where event = 'meeting.created') as announced,
       (select coalesce(max(number), 0) - count(*) from feed) as holes,
       (select count(*) from queued_reads) as owed, (select count(*) from listings) as listings,
       (select count(*) from invitees where client_id is null or link_pending) as unlinked,
       (select count(*) from meeting_sightings where absent_since is null) as sightings`,
  );
  expect(rows, about).toEqual([
    {
      unfinished: 0,
      created: meetings,
      announced: meetings,
      holes: 0,
      owed: 0,
      listings: 0,
      unlinked: 0,
      sightings: meetings,
    },
  ]);
}
