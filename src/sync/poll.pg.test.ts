/** A whole run against the simulator, on both engines: rows equal to Calendly, requests as few as promised. */
import { afterEach, describe, expect, it } from 'vitest';
import { engines } from '../../test/harness/database.ts';
import { makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';

let world: SyncWorld;
afterEach(() => world.close());

describe.each(engines)('a run on %s', (engine) => {
  it('makes the rows equal to Calendly, and a second run writes nothing', async () => {
    world = await makeSyncWorld({ engine, story: 'demo' });
    const first = await world.sync();
    expect(first).toMatchObject({ state: 'done', error_code: null, updated: 0, canceled: 0 });
    expect(first.created).toBeGreaterThan(30);

    const proof = await world.verify();
    expect(proof).toMatchObject({ complete: true, missing: [], extra: [], different: [] });
    expect(proof.checked.meetings).toBe(first.created);

    const before = await countWrites(world);
    const second = await world.sync();
    expect(second).toMatchObject({ state: 'done', created: 0, updated: 0, canceled: 0 });
    expect(second.unchanged).toBe(first.created);
    expect(await countWrites(world)).toBe(before);
  });
});

async function countWrites(world: SyncWorld): Promise<string> {
  const { rows } = await world.db.query<{ marks: string }>(
    `select string_agg(mark, ',' order by mark) as marks from (
       select 'm' || id::text || xmin::text as mark from meetings
       union all select 'i' || id::text || xmin::text from invitees
       union all select 'c' || id::text || xmin::text from clients
       union all select 's' || meeting_id::text || xmin::text from meeting_sightings
       union all select 'f' || number::text || xmin::text from feed
       union all select 't' || id::text || xmin::text from event_types) x`,
  );
  return rows[0]?.marks ?? '';
}
