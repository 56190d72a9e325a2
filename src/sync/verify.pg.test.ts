/** The proof is not vacuous: what was planted is named, what only seems to differ is not. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Simulator } from '../../simulator/server.ts';
import type { TrueEvent } from '../../simulator/show.ts';
import { engines } from '../../test/harness/database.ts';
import { copyRow, EVENT_CHANGES } from '../../test/harness/plant.ts';
import { makeId, makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const CLEAN = { complete: true, error: null, missing: [], extra: [], different: [] };
/** A booking is not touched again a second later. */
const NO_PUSH = { calendarPushMs: 0 };

// the first PGlite of a test run is made from nothing, which takes its time on a busy machine
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: SyncWorld;
afterEach(() => world.close());

describe.each(engines)('the proof on %s', (engine) => {
  it('names what was planted in the database: missing and extra, meetings and invitees', async () => {
    world = await makeSyncWorld({ engine, story: 'thousand:30' });
    await world.sync();
    const [gone, copied, left, joined] = someActive(4);
    await deleteMeeting(gone.event.uri);
    const extra = `${copied.event.uri}0`;
    await copyRow(world.db, 'meetings', { uri: copied.event.uri, as: extra, id: makeId() });
    const lost = inviteeOf(left);
    await world.db.query(`delete from invitees where calendly_uri = $1`, [lost]);
    const stranger = `${inviteeOf(joined)}0`;
    await copyRow(world.db, 'invitees', { uri: inviteeOf(joined), as: stranger, id: makeId() });

    expect(await world.verify()).toMatchObject({
      ...CLEAN,
      checked: { meetings: 30, invitees: 30 },
      missing: [gone.event.uri, lost].sort(),
      extra: [extra, stranger].sort(),
    });
  });

  it('names what was planted in Calendly: missing and extra, meetings and invitees', async () => {
    world = await makeSyncWorld({ engine, story: 'thousand:30' });
    await world.sync();
    const { moves, world: calendly } = world.simulator;
    const [removed, left] = someActive(2);
    moves.removeEvent({ event: removed.event.uri });
    const booked = moves.book({ invitee: { name: 'New', email: 'new@clients.example' } });
    calendly.invitees.delete(inviteeOf(left));
    calendly.inviteesOf.set(left.event.uri, []);
    calendly.changed();

    expect(await world.verify()).toMatchObject({
      ...CLEAN,
      missing: [booked.event, booked.invitee].sort(),
      extra: [removed.event.uri, inviteeOf(left)].sort(),
      different: [{ uri: left.event.uri, fields: ['invitees_active', 'invitees_total'] }],
    });
  });
});

describe('the proof', () => {
  it('finds no drift in what is booked and canceled while it runs, and finds it the next time', async () => {
    const during: (() => void)[] = [];
    world = await makeSyncWorld({
      story: 'thousand:150',
      readings: NO_PUSH,
      onRequest({ path }) {
        if (path.endsWith('/invitees')) during.shift()?.();
      },
    });
    await world.sync();
    const { moves } = world.simulator;
    const last = world.simulator.truth().findLast(({ event }) => event.status === 'active');
    const uri = last?.event.uri ?? '';
    during.push(
      () => moves.cancel({ event: uri }),
      () => {
        moves.book({ invitee: { name: 'Late', email: 'late@clients.example' } });
      },
    );

    expect(await world.verify()).toMatchObject(CLEAN);
    expect(during).toEqual([]);
    const next = await world.verify();
    expect(next.different.map((one) => one.uri)).toEqual(
      [uri, last === undefined ? '' : inviteeOf(last)].sort(),
    );
    expect(next.missing).toHaveLength(2);
    await world.sync();
    expect(await world.verify()).toMatchObject(CLEAN);
  });

  it('finds no drift in what is booked between two pages of its listing', async () => {
    let isProving = false;
    world = await makeSyncWorld({
      story: 'thousand:150',
      readings: NO_PUSH,
      onRequest({ path, query }) {
        if (!isProving || path !== '/scheduled_events' || !query.includes('page_token')) return;
        isProving = false;
        world.simulator.moves.book({ invitee: { name: 'Late', email: 'late@clients.example' } });
      },
    });
    await world.sync();
    isProving = true;
    const proof = await world.verify();
    expect(isProving).toBe(false);
    expect(proof).toMatchObject({ ...CLEAN, checked: { meetings: 151 } });
    expect((await world.verify()).missing).toHaveLength(2);
  });

  it('is not fooled by a time of change that is still to come', async () => {
    world = await makeSyncWorld({ story: 'thousand:20' });
    await world.sync();
    const [{ event }] = someActive(1);
    const record = world.simulator.world.events.get(event.uri);
    if (record === undefined) throw new Error('The event is gone');
    EVENT_CHANGES['title']?.(record);
    record.wire.updated_at = `${new Date().getUTCFullYear() + 1}-01-01T00:00:00.000000Z`;
    world.simulator.world.changed();
    expect((await world.verify()).different).toEqual([{ uri: event.uri, fields: ['title'] }]);
  });

  it.each([
    ['a list page', '/scheduled_events', 0],
    ['the invitees of one meeting', '^/scheduled_events/[^/]+/invitees$', 10],
    ['the second look', '^/scheduled_events/[^/]+$', 0],
  ])('is not complete where %s cannot be read', async (_what, path, after) => {
    world = await makeSyncWorld({ story: 'thousand:40' });
    await world.sync();
    const [gone] = someActive(1);
    await deleteMeeting(gone.event.uri);
    world.simulator.faults.add({ path, after, then: { status: 500 } });
    const proof = await world.verify();
    expect(proof).toMatchObject({ complete: false, error: { code: 'calendly.server_error' } });
    expect(proof.missing).toEqual(path === '/scheduled_events' ? [] : [gone.event.uri]);
    world.simulator.faults.clear();
    expect(await world.verify()).toMatchObject({ ...CLEAN, missing: [gone.event.uri] });
  });

  it('leaves out rows that vanished, and misses them where Calendly still has them', async () => {
    world = await makeSyncWorld({ story: 'thousand:20' });
    await world.sync();
    const [removed, stands] = someActive(2);
    world.simulator.moves.removeEvent({ event: removed.event.uri });
    expect((await world.verify()).extra).toEqual([removed.event.uri]);
    await vanish(removed.event.uri);
    expect(await world.verify()).toMatchObject(CLEAN);
    await vanish(stands.event.uri);
    expect(await world.verify()).toMatchObject({ ...CLEAN, missing: [stands.event.uri] });
  });

  it('goes to the very ends of the mirrored range and not beyond', async () => {
    world = await makeSyncWorld({ story: 'empty' });
    const { simulator } = world;
    const now = Date.now();
    const [first, last] = [now - 730 * DAY_MS, now + 365 * DAY_MS];
    const beyond = [bookAt(simulator, first - HOUR_MS), bookAt(simulator, last + HOUR_MS)];
    const within = [bookAt(simulator, first + HOUR_MS / 2), bookAt(simulator, last - HOUR_MS / 2)];
    const drifted = bookAt(simulator, now + DAY_MS);
    await world.sync();
    expect(await world.verify()).toMatchObject({ ...CLEAN, checked: { meetings: 3 } });

    for (const uri of [...beyond, ...within]) await deleteMeeting(uri);
    expect((await world.verify()).missing).toEqual(within.toSorted());
    await world.sync();
    for (const uri of [...beyond, ...within]) simulator.moves.removeEvent({ event: uri });
    expect((await world.verify()).extra).toEqual(within.toSorted());

    // a row whose time is wrong is named, whether its wrong or its true time lies within the range
    await world.db.query(`update meetings set start_time = $2 where calendly_uri = $1`, [
      drifted,
      new Date(last + 10 * DAY_MS).toISOString(),
    ]);
    expect((await world.verify()).different).toEqual([{ uri: drifted, fields: ['start_time'] }]);
  });
});

/** Meetings that stand, the earliest of the story first. */
function someActive(count: number): [TrueEvent, TrueEvent, TrueEvent, TrueEvent] {
  const active = world.simulator.truth().filter(({ event }) => event.status === 'active');
  if (active.length < count) throw new Error('The story is too short for this test');
  return active.slice(0, 4) as [TrueEvent, TrueEvent, TrueEvent, TrueEvent];
}

function inviteeOf({ invitees }: TrueEvent): string {
  return invitees[0]?.uri ?? '';
}

function bookAt({ moves }: Simulator, startMs: number): string {
  const startTime = new Date(startMs).toISOString();
  return moves.book({ startTime, invitee: { name: 'One', email: 'one@clients.example' } }).event;
}

async function deleteMeeting(uri: string): Promise<void> {
  await world.db.query(
    `delete from meeting_sightings where meeting_id in (select id from meetings where calendly_uri = $1)`,
    [uri],
  );
  await world.db.query(`delete from meetings where calendly_uri = $1`, [uri]);
}

async function vanish(uri: string): Promise<void> {
  await world.db.query(`update meetings set vanished_at = synced_at where calendly_uri = $1`, [
    uri,
  ]);
}
