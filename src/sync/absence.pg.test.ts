/** Meetings that Calendly shows no more: nothing vanishes by mistake, and what is gone does. */
import { afterEach, describe, expect, it } from 'vitest';
import { makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';
import {
  createVirtualTime,
  DAY_MS,
  MINUTE_MS,
  type VirtualTime,
} from '../../test/harness/virtual-time.ts';
import { withItems } from '../../test/hostile/changed-page.ts';
import { reply } from '../../test/hostile/replies.ts';
import { LIST } from '../../test/hostile/run-stage.ts';
import type { Run } from '../store/runs.ts';

const ADA = { name: 'Ada Visitor', email: 'ada@visitor.example' };

let world: SyncWorld;
let time: VirtualTime;
afterEach(() => world.close());

async function makeWorld(options: { meetings?: number; story?: string } = {}): Promise<void> {
  time = createVirtualTime();
  world = await makeSyncWorld({
    story: options.story ?? `thousand:${options.meetings ?? 40}`,
    time,
    spoiling: true,
    inTiers: true,
  });
  expect(await world.sync()).toMatchObject({ state: 'done' });
}

/** The next run, a slot later. */
function nextRun(): Promise<Run> {
  time.pass(15 * MINUTE_MS);
  return world.sync();
}

/** URIs of meetings to come, soonest first. */
function upcoming(): string[] {
  return world.simulator
    .truth()
    .filter(({ event }) => Date.parse(event.start_time) > time.now() && event.status === 'active')
    .toSorted((a, b) => Date.parse(a.event.start_time) - Date.parse(b.event.start_time))
    .map(({ event }) => event.uri);
}

async function vanished(): Promise<string[]> {
  const { rows } = await world.db.query<{ calendly_uri: string }>(
    'select calendly_uri from meetings where vanished_at is not null order by calendly_uri',
  );
  return rows.map((row) => row.calendly_uri);
}

describe('a meeting that is gone in Calendly', () => {
  it('vanishes after two direct reads ten minutes apart, with all that hangs on it, and is told of', async () => {
    await makeWorld();
    const [gone = ''] = upcoming();
    await world.db.query(`update meetings set notes = 'kept' where calendly_uri = $1`, [gone]);
    world.simulator.moves.removeEvent({ event: gone });

    expect(await nextRun()).toMatchObject({ state: 'done', vanished: 0 });
    expect(await vanished()).toEqual([]);
    expect(await nextRun()).toMatchObject({ state: 'done', vanished: 1 });
    expect(await vanished()).toEqual([gone]);

    const { rows } = await world.db.query(
      `select m.notes, (select count(*) from invitees i where i.meeting_uri = m.calendly_uri) as invitees,
         (select count(*) from feed f where f.event = 'meeting.vanished' and f.subject_id = m.id) as told,
         (select count(*) from queued_reads) as owed
       from meetings m where calendly_uri = $1`,
      [gone],
    );
    expect(rows).toEqual([{ notes: 'kept', invitees: 1, told: 1, owed: 0 }]);
    expect(await world.verify()).toMatchObject({ complete: true, extra: [], missing: [] });
  });

  it('vanishes though reads of it and its invitees are owed for other reasons, which are owed no more', async () => {
    await makeWorld();
    const [gone = ''] = upcoming();
    await world.db.query(
      `insert into queued_reads (workspace_id, connection_id, kind, uri, reason, priority, next_try_at, queued_at)
       select $1, $2, kind, $3, 'delivered', 0, $4, $4 from unnest(array['meeting', 'invitees']) kind`,
      [world.workspaceId, world.connectionId, gone, await world.db.clock()],
    );
    world.simulator.moves.removeEvent({ event: gone });
    expect(await nextRun()).toMatchObject({ state: 'done', vanished: 0 });
    expect(await nextRun()).toMatchObject({ state: 'done', vanished: 1 });
    expect(await vanished()).toEqual([gone]);
    const { rows } = await world.db.query('select 1 from queued_reads');
    expect(rows).toEqual([]);
  });

  it('is not asked for a second time before ten minutes have passed', async () => {
    await makeWorld();
    const [gone = ''] = upcoming();
    world.simulator.moves.removeEvent({ event: gone });
    await nextRun();
    for (const minutes of [3, 3, 3]) {
      time.pass(minutes * MINUTE_MS);
      world.simulator.clearRequests();
      expect(await world.sync()).toMatchObject({ vanished: 0 });
      expect(world.simulator.counts.get('GET /scheduled_events/{}') ?? 0).toBe(0);
    }
    time.pass(2 * MINUTE_MS);
    expect(await world.sync()).toMatchObject({ vanished: 1 });
  });

  it('comes back with what users wrote when Calendly shows it again', async () => {
    await makeWorld();
    const [gone = ''] = upcoming();
    await world.db.query(`update meetings set notes = 'kept' where calendly_uri = $1`, [gone]);
    world.simulator.moves.removeEvent({ event: gone });
    await nextRun();
    await nextRun();
    expect(await vanished()).toEqual([gone]);
    world.simulator.moves.restoreEvent({ event: gone });
    await nextRun();
    expect(await vanished()).toEqual([]);
    expect(await world.drift()).toEqual([]);

    world.simulator.moves.removeEvent({ event: gone });
    expect(await nextRun()).toMatchObject({ vanished: 0 });
    expect(await nextRun()).toMatchObject({ vanished: 1 });
  });

  it('is found in each tier within three of its listings', async () => {
    await makeWorld({ meetings: 200 });
    const uris = world.simulator.truth().map(({ event }) => event.uri);
    const gone = [0, 60, 120, 131, 139, 145, 199].map((index) => uris[index] ?? '').toSorted();
    for (const event of gone) world.simulator.moves.removeEvent({ event });
    // an hour at a time: each slice of the cold tier has its turn all the same
    for (let run = 0; run < 3 * 24 + 2; run += 1) {
      time.pass(45 * MINUTE_MS);
      await nextRun();
    }
    expect(await vanished()).toEqual(gone);
    expect(await world.drift()).toEqual([]);
  }, 120_000);
});

describe('a meeting that only seems gone', () => {
  it('stands while it is shown to whoever asks for it, and is not asked for again within a day', async () => {
    await makeWorld({ story: 'demo' });
    const { moves } = world.simulator;
    const { event } = moves.book({ eventType: 'introductory-call', invitee: ADA });
    await nextRun();
    moves.reassign({ event, to: 'colleague' });

    world.simulator.clearRequests();
    expect(await nextRun()).toMatchObject({ state: 'done', vanished: 0 });
    const asked = (): number =>
      world.simulator.requests.filter(({ path }) => event.endsWith(path)).length;
    expect(asked()).toBe(1);
    for (let run = 0; run < 8; run += 1) await nextRun();
    expect(asked()).toBe(1);
    const { rows } = await world.db.query<{ email: string; vanished_at: string | null }>(
      `select hosts->0->>'email' as email, vanished_at from meetings where calendly_uri = $1`,
      [event],
    );
    expect(rows).toEqual([{ email: expect.any(String), vanished_at: null }]);
  });

  it('stands where the listings leave it out and a direct read shows it, and is asked for once a day', async () => {
    await makeWorld();
    const [one = ''] = upcoming();
    world.spoil({
      path: LIST,
      with: (page) => withItems(page, (all) => all.filter(({ uri }) => uri !== one)),
    });
    world.simulator.clearRequests();
    const asked = (): number => world.simulator.counts.get('GET /scheduled_events/{}') ?? 0;
    for (let run = 0; run < 8; run += 1) expect(await nextRun()).toMatchObject({ vanished: 0 });
    expect(asked()).toBe(1);
    time.pass(DAY_MS);
    for (let run = 0; run < 4; run += 1) expect(await nextRun()).toMatchObject({ vanished: 0 });
    expect(asked()).toBe(2);
    expect(await vanished()).toEqual([]);
  });

  it.each([
    { about: 'a refusal', status: 403, state: 'done' },
    { about: 'a fault of Calendly', status: 500, state: 'partial' },
  ])('stands however often $about answers the question', async ({ status, state }) => {
    await makeWorld();
    const [one = ''] = upcoming();
    world.simulator.moves.removeEvent({ event: one });
    world.spoil({
      path: new RegExp(`${one.split('/').at(-1)}$`),
      with: () =>
        reply(
          status,
          JSON.stringify({ title: 'Permission Denied', message: 'You do not have permission' }),
        ),
    });
    for (let run = 0; run < 4; run += 1) await nextRun();
    expect(await nextRun()).toMatchObject({ state, vanished: 0 });
    expect(await vanished()).toEqual([]);
  });

  it('stands while another active connection still sees it', async () => {
    await makeWorld();
    const [gone = ''] = upcoming();
    const { rows } = await world.db.query<{ id: string }>(
      `insert into calendly_connections (workspace_id, id, user_id, kind, state, created_at, updated_at)
       select workspace_id, gen_random_uuid(), user_id, kind, 'active', created_at, updated_at
       from calendly_connections returning id`,
    );
    await world.db.query(
      `insert into meeting_sightings (workspace_id, connection_id, meeting_id, first_seen_at)
       select workspace_id, $1, id, created_at from meetings where calendly_uri = $2`,
      [rows[0]?.id, gone],
    );
    world.simulator.moves.removeEvent({ event: gone });
    for (let run = 0; run < 4; run += 1) expect(await nextRun()).toMatchObject({ vanished: 0 });
    expect(await vanished()).toEqual([]);
    // one that may not ask any more has no say
    await world.db.query(`update calendly_connections set state = 'paused' where id = $1`, [
      rows[0]?.id,
    ]);
    expect(await nextRun()).toMatchObject({ vanished: 1 });
  });
});

describe('many meetings that are gone at once', () => {
  it('are held back and told of, until a person accepts it', async () => {
    await makeWorld({ meetings: 60 });
    const gone = upcoming().slice(0, 11).toSorted();
    expect(gone).toHaveLength(11);
    for (const event of gone) world.simulator.moves.removeEvent({ event });
    for (let run = 0; run < 4; run += 1) {
      const ended = await nextRun();
      expect(ended).toMatchObject({ state: 'partial', vanished: 0, error_code: 'run.mass_vanish' });
      expect(ended.error_message).toContain('11 meetings');
    }
    expect(await vanished()).toEqual([]);
    const { rows } = await world.db.query('select held_back, error_code from calendly_connections');
    expect(rows).toEqual([{ held_back: 11, error_code: 'run.mass_vanish' }]);
  });

  it('vanish where they are ten, or a twentieth of all', async () => {
    await makeWorld({ meetings: 300 });
    const gone = upcoming().slice(0, 15).toSorted();
    for (const event of gone) world.simulator.moves.removeEvent({ event });
    await nextRun();
    expect(await nextRun()).toMatchObject({ state: 'done', vanished: 15 });
    expect(await vanished()).toEqual(gone);
  });

  it('stand where they were only given to others', async () => {
    await makeWorld({ story: 'demo' });
    const { moves } = world.simulator;
    const events = Array.from(
      { length: 14 },
      () => moves.book({ eventType: 'introductory-call', invitee: ADA }).event,
    );
    await nextRun();
    for (const event of events) moves.reassign({ event, to: 'colleague' });
    await nextRun();
    expect(await nextRun()).toMatchObject({ state: 'done', vanished: 0, error_code: null });
  });
});
