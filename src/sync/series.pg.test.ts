/** Series: one history through any number of reschedulings, and none in groups. */
import { afterEach, describe, expect, it } from 'vitest';
import { engines } from '../../test/harness/database.ts';
import { makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';

let world: SyncWorld;
afterEach(() => world.close());

const GUEST = { name: 'Ada Lane', email: 'ada.lane@example.org' };

describe.each(engines)('a rescheduled meeting on %s', (engine) => {
  it('keeps its series and its notes through three moves, found in one sync or one by one', async () => {
    world = await makeSyncWorld({ engine, story: 'demo' });
    const { moves } = world.simulator;
    let { invitee } = moves.book({ eventType: 'annual-review', invitee: GUEST });
    await world.sync();
    await world.db.query(`update meetings set notes = 'Bring the file' where calendly_uri = $1`, [
      meetingOf(invitee),
    ]);
    for (let move = 0; move < 3; move += 1) {
      ({ invitee } = moves.reschedule({ invitee }));
      if (move !== 1) expect(await world.sync()).toMatchObject({ canceled: 0, error_code: null });
    }
    const { rows } = await world.db.query<{ series_id: string; notes: string; status: string }>(
      `select m.series_id, m.notes, m.status from meetings m
       join invitees i on i.workspace_id = m.workspace_id and i.meeting_uri = m.calendly_uri
       where i.email = $1 order by i.calendly_created_at`,
      [GUEST.email],
    );
    expect(rows.map(({ status }) => status)).toEqual([
      'canceled',
      'canceled',
      'canceled',
      'active',
    ]);
    expect(new Set(rows.map(({ series_id }) => series_id)).size).toBe(1);
    expect(rows[0]?.series_id).not.toBeNull();
    expect(rows.map(({ notes }) => notes)).toEqual(Array(4).fill('Bring the file'));
  });

  it('of a group is no series: one person moved, the meeting did not', async () => {
    world = await makeSyncWorld({ engine, story: 'demo' });
    const { moves } = world.simulator;
    const first = moves.book({ eventType: 'pension-workshop', invitee: GUEST });
    moves.joinGroup({
      event: first.event,
      invitee: { name: 'Ben', email: 'ben@example.org' },
    });
    const moved = moves.reschedule({ invitee: first.invitee });
    await world.sync();
    const { rows } = await world.db.query(
      `select series_id from meetings where calendly_uri = any($1::text[])`,
      [[meetingOf(first.invitee), meetingOf(moved.invitee)]],
    );
    expect(rows).toEqual([{ series_id: null }, { series_id: null }]);
  });
});

function meetingOf(inviteeUri: string): string {
  return inviteeUri.split('/invitees/')[0] ?? '';
}
