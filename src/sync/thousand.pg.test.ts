/** What a sync costs: requests counted by Calendly, rows counted by the database, on a story of a thousand meetings. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { engines } from '../../test/harness/database.ts';
import { rowMarks, rowsWritten } from '../../test/harness/mirror-writes.ts';
import { makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';

// the first PGlite of a test run is made from nothing, which takes its time on a busy machine
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: SyncWorld;
afterEach(() => world.close());

// PGlite's own thousand is `npm run test:cuts`
const sizes = engines.map((engine) => ({
  engine,
  count: engine === 'postgres' || process.env['CUTS'] === 'full' ? 1000 : 150,
}));

describe.each(sizes)('$count meetings on $engine', ({ engine, count }) => {
  it('cost their list pages, their invitee pages and a handful of requests; without news 17 at most and no row', async () => {
    world = await makeSyncWorld({ engine, story: `thousand:${count}` });
    const first = await world.sync();
    expect(first).toMatchObject({ state: 'done', created: count, updated: 0, unchanged: 0 });
    expectFirstCosts(first.requests);
    expect(await world.drift()).toEqual([]);

    world.simulator.clearRequests();
    const before = { marks: await rowMarks(world.db), written: await rowsWritten(world.db) };
    const second = await world.sync();
    expect(second).toMatchObject({ state: 'done', created: 0, updated: 0, canceled: 0 });
    expect(second.unchanged).toBe(count);
    expect(requestsOf()).toBe(second.requests);
    expect(second.requests).toBeLessThanOrEqual(17);
    expect(await rowMarks(world.db)).toBe(before.marks);
    expect(await rowsWritten(world.db)).toEqual(before.written);
  });

  it('are all read again by a full sync, which mends what changed in silence', async () => {
    world = await makeSyncWorld({ engine, story: 'thousand:150' });
    await world.sync();
    const { moves } = world.simulator;
    const [one, other, third] = world.simulator
      .truth()
      .filter(({ event }) => event.status === 'active')
      .flatMap(({ invitees }) => invitees);
    moves.markNoShow({ invitee: one?.uri ?? '' });
    moves.pay({ invitee: other?.uri ?? '', amount: '12.50' });
    moves.eraseInvitee({ email: third?.email ?? '' });

    const plain = await world.sync();
    expect(plain.state).toBe('done');
    const silent = await world.drift();
    expect(silent).toContain(`different ${one?.uri}: no_show_at, no_show_uri, raw`);
    expect(silent).toContain(`different ${other?.uri}: payment, raw`);
    expect(silent.some((line) => line.startsWith(`different ${third?.uri}: `))).toBe(true);

    world.simulator.clearRequests();
    const full = await world.sync({ full: true });
    expect(full.state).toBe('done');
    expect(invitePages()).toBe(150);
    expect(await world.drift()).toEqual([]);
  });

  it('of an organization are listed once for all its members', async () => {
    world = await makeSyncWorld({ engine, story: 'firm', scope: 'organization', as: 'admin' });
    const first = await world.sync();
    const all = world.simulator.truth();
    expect(first).toMatchObject({ state: 'done', created: all.length });
    const hosts = all.flatMap(({ event }) => event.event_memberships.map(({ user }) => user));
    expect(new Set(hosts).size).toBe(5);
    expectFirstCosts(first.requests);
    expect(await world.verify()).toMatchObject({
      complete: true,
      checked: {
        meetings: all.length,
        invitees: all.flatMap(({ invitees }) => invitees).length,
      },
      missing: [],
      extra: [],
      different: [],
    });

    const before = await rowMarks(world.db);
    const second = await world.sync();
    expect(second).toMatchObject({ state: 'done', unchanged: all.length });
    expect(second.requests).toBe(Math.ceil(all.length / 100));
    expect(await rowMarks(world.db)).toBe(before);
  });
});

/** List pages + at most 6 of account and event types + each unlisted event type + invitee pages. */
function expectFirstCosts(requests: number): void {
  const { counts, world: calendly } = world.simulator;
  const meetings = world.simulator.truth();
  const asked = (route: string): number => counts.get(`GET ${route}`) ?? 0;
  const used = new Set(meetings.map(({ event }) => event.event_type));
  const unlisted = [...calendly.eventTypes.values()].filter(
    (type) => type.unlisted && used.has(type.wire.uri),
  );
  expect(asked('/scheduled_events')).toBe(Math.ceil(meetings.length / 100));
  expect(invitePages()).toBe(meetings.length);
  expect(asked('/event_types/{}')).toBe(unlisted.length);
  const rest = requests - asked('/scheduled_events') - invitePages() - unlisted.length;
  expect(rest).toBeLessThanOrEqual(6);
  expect(requestsOf()).toBe(requests);
}

function invitePages(): number {
  return world.simulator.counts.get('GET /scheduled_events/{}/invitees') ?? 0;
}

function requestsOf(): number {
  return [...world.simulator.counts.values()].reduce((sum, count) => sum + count, 0);
}
