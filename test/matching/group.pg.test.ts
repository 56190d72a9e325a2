/** A group meeting with two clients, of whom one reschedules: nothing of the other follows. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeSyncWorld, type SyncWorld } from '../harness/sync-world.ts';

const ADA = { name: 'Ada Lane', email: 'ada@group.example' };
const BEN = { name: 'Ben Hill', email: 'ben@group.example' };

let world: SyncWorld;
beforeAll(async () => {
  world = await makeSyncWorld();
});
afterAll(() => world.close());

it('the one who moves takes along only what is his', async () => {
  const { moves } = world.simulator;
  const { event, invitee } = moves.book({ eventType: 'pension-workshop', invitee: ADA });
  const ben = moves.joinGroup({ event, invitee: BEN }).invitee;
  await world.sync();
  const before = await idsOf();
  // Ben's booking was linked by hand to a third client, and notes and a paper hang on the meeting
  await world.db.query(`update meetings set notes = 'Of both' where calendly_uri = $1`, [event]);
  await world.db.query(`update invitees set link_rule = 'manual' where calendly_uri = $1`, [ben]);
  await world.db.query(
    `insert into client_documents (workspace_id, id, client_id, meeting_id, file_name, original_name, file_category,
       storage_path, storage_bucket, uploaded_at)
     select workspace_id, gen_random_uuid(), $2, id, 'a', 'a', 'other', 'a', 'a', created_at from meetings
     where calendly_uri = $1`,
    [event, before.ben],
  );

  const moved = moves.reschedule({ invitee });
  await world.sync();

  expect(await idsOf()).toEqual(before);
  const { rows: people } = await world.db.query(
    `select m.calendly_uri as meeting, m.series_id, m.notes, i.name, i.status, i.link_rule, i.client_id,
       (select count(*)::int from client_documents d where d.meeting_id = m.id) as papers
     from invitees i join meetings m on m.calendly_uri = i.meeting_uri
     where i.email_key like '%@group.example' order by m.created_at, i.name`,
  );
  const place = { meeting: event, series_id: null, notes: 'Of both', papers: 1 };
  expect(people).toEqual([
    { ...place, name: ADA.name, status: 'canceled', link_rule: 'email', client_id: before.ada },
    { ...place, name: BEN.name, status: 'active', link_rule: 'manual', client_id: before.ben },
    {
      meeting: moved.event,
      series_id: null,
      notes: null,
      papers: 0,
      name: ADA.name,
      status: 'active',
      link_rule: 'email',
      client_id: before.ada,
    },
  ]);
});

async function idsOf(): Promise<{ ada: string; ben: string }> {
  const { rows } = await world.db.query<{ email_key: string; client_id: string }>(
    `select email_key, client_id from client_emails where email_key like '%@group.example' order by 1`,
  );
  return { ada: rows[0]?.client_id ?? '', ben: rows[1]?.client_id ?? '' };
}
