/** Repair: drift of every kind is mended through the one write path, and what users wrote stays. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { engines } from '../../test/harness/database.ts';
import { makeId, makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';
import { repair } from './repair.ts';

// the first PGlite of a test run is made from nothing, which takes its time on a busy machine
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: SyncWorld;
afterEach(() => world.close());

describe.each(engines)('a repair on %s', (engine) => {
  it('ends at no drift, hides what Calendly does not have, and keeps notes', async () => {
    world = await makeSyncWorld({ engine, story: 'demo' });
    await world.sync();
    const { db } = world;
    const uris = await meetingUris(world);
    const [spoiled = '', lost = '', alone = ''] = uris;
    await db.query(`update meetings set title = 'Wrong', notes = 'Mine' where calendly_uri = $1`, [
      spoiled,
    ]);
    await db.query(`update invitees set email = 'wrong@example.org' where meeting_uri = $1`, [
      spoiled,
    ]);
    for (const table of ['meeting_sightings', 'meeting_guests']) {
      await db.query(
        `delete from ${table} where meeting_id in (select id from meetings where calendly_uri = $1)`,
        [lost],
      );
    }
    await db.query('delete from meetings where calendly_uri = $1', [lost]);
    await db.query('delete from invitees where meeting_uri = $1', [alone]);
    const ghost = 'https://api.calendly.com/scheduled_events/GHOST';
    await db.query(
      `insert into meetings select (m).* from (
         select jsonb_populate_record(m, jsonb_build_object('id', $2::text, 'calendly_uri', $3::text)) as m
         from meetings m where m.calendly_uri = $1) x`,
      [spoiled, makeId(), ghost],
    );

    const proof = await world.verify();
    expect(proof.missing).toContain(lost);
    expect(proof.extra).toEqual([ghost]);
    expect(proof.different.map(({ uri }) => uri)).toContain(spoiled);
    await world.proving((context) => repair(context, proof, makeId));

    expect(await world.verify()).toMatchObject({ missing: [], extra: [], different: [] });
    const { rows } = await db.query(
      `select calendly_uri, notes, vanished_at is not null as hidden from meetings
       where calendly_uri = any($1::text[]) order by calendly_uri`,
      [[spoiled, ghost]],
    );
    expect(rows).toContainEqual({ calendly_uri: spoiled, notes: 'Mine', hidden: false });
    expect(rows).toContainEqual({ calendly_uri: ghost, notes: 'Mine', hidden: true });
  });

  it('takes over that Calendly has erased a person, whom no later proof calls different', async () => {
    world = await makeSyncWorld({ engine, story: 'thousand:12' });
    await world.sync();
    const { rows } = await world.db.query<{ email: string; meeting_uri: string }>(
      'select email, meeting_uri from invitees order by calendly_uri limit 1',
    );
    const [person] = rows;
    await world.db.query(`update meetings set notes = 'Mine' where calendly_uri = $1`, [
      person?.meeting_uri,
    ]);
    // no time of change tells of it
    world.simulator.moves.eraseInvitee({ email: person?.email ?? '' });

    const proof = await world.verify();
    expect(proof.different.length).toBeGreaterThan(0);
    await world.proving((context) => repair(context, proof, makeId));

    const clean = { complete: true, missing: [], extra: [], different: [] };
    expect(await world.verify()).toMatchObject(clean);
    expect(await world.drift()).toEqual([]);
    await world.sync({ full: true });
    expect(await world.verify()).toMatchObject(clean);
    const { rows: left } = await world.db.query(
      `select (select count(*) from invitees
               where email = $1 or raw::text like '%' || $1 || '%') as remembered,
         (select count(*) from invitees where email like '%@deleted.calendly.com') > 0 as erased,
         (select notes from meetings where calendly_uri = $2) as notes`,
      [person?.email, person?.meeting_uri],
    );
    expect(left).toEqual([{ remembered: 0, erased: true, notes: 'Mine' }]);
  });

  it('is undone for a meeting that Calendly shows again', async () => {
    world = await makeSyncWorld({ engine, story: 'demo' });
    await world.sync();
    const [uri = ''] = await meetingUris(world);
    await world.db.query('update meetings set vanished_at = observed_at where calendly_uri = $1', [
      uri,
    ]);
    await world.sync();
    expect(await world.verify()).toMatchObject({ missing: [], extra: [], different: [] });
  });
});

async function meetingUris(of: SyncWorld): Promise<string[]> {
  const { rows } = await of.db.query<{ calendly_uri: string }>(
    `select m.calendly_uri from meetings m
     where m.invitees_limit = 1 and m.series_id is null and m.guests = '[]'
     order by m.start_time`,
  );
  return rows.map((row) => row.calendly_uri);
}
