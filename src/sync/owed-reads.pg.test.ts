/** Reads that are owed and what becomes of them: refused ones wait, news brings them forward, others' meetings owe none. */
import { afterEach, describe, expect, it } from 'vitest';
import { makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';
import {
  createVirtualTime,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  type VirtualTime,
} from '../../test/harness/virtual-time.ts';
import { json } from '../../test/hostile/replies.ts';
import { INVITEES } from '../../test/hostile/run-stage.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import type { Run } from '../store/runs.ts';

let world: SyncWorld;
let time: VirtualTime;
afterEach(() => world.close());

async function makeWorld(story: string, as = 'host'): Promise<void> {
  time = createVirtualTime();
  const readings = { calendarPushMs: 0 };
  world = await makeSyncWorld({ story, as, time, readings, spoiling: true, inTiers: true });
  expect(await world.sync()).toMatchObject({ state: 'done' });
}

function nextRun(ms = 15 * MINUTE_MS, full = false): Promise<Run> {
  time.pass(ms);
  return world.sync({ full });
}

function invitedOn(event: string): number {
  const id = event.split('/').at(-1) ?? '';
  return world.simulator.requests.filter(({ path }) => path.includes(`${id}/invitees`)).length;
}

/** Books, and the first read of the invitees is answered 404. */
async function bookRefused(): Promise<{ event: string; invitee: string }> {
  const booked = world.simulator.moves.book({
    invitee: { name: 'Ada', email: 'a@visitor.example' },
  });
  world.spoil({ path: INVITEES, with: () => json(404, { title: 'Not Found', message: 'No' }) });
  expect(await nextRun()).toMatchObject({ state: 'partial', error_code: 'calendly.not_found' });
  world.spoil();
  world.simulator.clearRequests();
  return booked;
}

describe('a read of invitees that was refused', () => {
  it('waits for a day while nothing else is known', async () => {
    await makeWorld('thousand:5');
    const { event } = await bookRefused();
    expect(await nextRun()).toMatchObject({ state: 'done' });
    expect(invitedOn(event)).toBe(0);
    await nextRun(DAY_MS);
    expect(invitedOn(event)).toBe(1);
    expect(await world.drift()).toEqual([]);
  });

  it('is made at once when the meeting changes', async () => {
    await makeWorld('thousand:5');
    const { event, invitee } = await bookRefused();
    world.simulator.moves.cancelInvitee({ invitee });
    expect(await nextRun()).toMatchObject({ state: 'done', canceled: 1 });
    expect(invitedOn(event)).toBe(1);
    expect(await world.drift()).toEqual([]);
  });

  it('is made at once by a full run', async () => {
    await makeWorld('thousand:5');
    await bookRefused();
    expect(await nextRun(MINUTE_MS, true)).toMatchObject({ state: 'done' });
    expect(await world.drift()).toEqual([]);
  });
});

describe('a meeting that was given to another host', () => {
  it('owes no re-reads, so that a member who may not see it any more has no failing runs', async () => {
    await makeWorld('firm:30', 'member');
    const own = world.simulator
      .truth()
      .find(
        ({ event }) =>
          event.status === 'active' &&
          Date.parse(event.start_time) > time.now() &&
          event.event_memberships.length === 1 &&
          event.event_memberships[0]?.user_name === 'Carla Reyes',
      );
    const event = own?.event.uri ?? '';
    world.simulator.moves.reassign({ event, to: 'host' });
    expect(await nextRun()).toMatchObject({ state: 'done' });
    world.simulator.clearRequests();
    for (let hour = 0; hour < 30; hour += 1) {
      expect(await nextRun(HOUR_MS)).toMatchObject({ state: 'done' });
    }
    expect(invitedOn(event)).toBe(0);
  });
});

describe('a rescheduling', () => {
  it('is no cancellation where a delivered read finds it before any listing', async () => {
    await makeWorld('thousand:5');
    const { event, invitee } = world.simulator.moves.book({
      startTime: timestampFromMs(time.now() + DAY_MS),
      invitee: { name: 'Ada', email: 'a@visitor.example' },
    });
    expect(await nextRun()).toMatchObject({ state: 'done', created: 1 });
    // old enough for a listing of its own, which is not due
    time.pass(5 * DAY_MS);
    expect(await world.sync()).toMatchObject({ state: 'done' });
    world.simulator.moves.reschedule({ invitee });
    await world.db.query(
      `insert into queued_reads (workspace_id, connection_id, kind, uri, reason, priority, next_try_at, queued_at)
       values ($1, $2, 'meeting', $3, 'delivered', 0, $4, $4)`,
      [world.workspaceId, world.connectionId, event, await world.db.clock()],
    );
    expect(await nextRun(MINUTE_MS)).toMatchObject({ state: 'done', created: 1, canceled: 0 });
    expect(await world.drift()).toEqual([]);
  });
});
