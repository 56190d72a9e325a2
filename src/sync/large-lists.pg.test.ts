/** Lists that are large or narrow: a thousand invitees, a long window, one second's meetings, another scope. */
import { afterEach, expect, it } from 'vitest';
import { makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';
import { makeCertificate } from '../../test/hostile/certificate.ts';
import { json } from '../../test/hostile/replies.ts';
import { hiddenRows, INVITEES, runSpoiled } from '../../test/hostile/run-stage.ts';
import { startHostileServer } from '../../test/hostile/server.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import { systemClock } from '../base/time.ts';

const EVERY = process.env['CUTS'] === 'full';
/** Garbage included: twenty thousand meetings held at once would be several times as much. */
const MOST_HEAP = 250 * 1024 * 1024;
const readings = { calendarPushMs: 0 };

let world: SyncWorld;
afterEach(() => world.close());

it('135: a meeting of a thousand invitees has all of them after one run', async () => {
  world = await makeSyncWorld({ story: 'firm', scope: 'organization', readings });
  const group = groupEvent(world);
  for (const number of Array.from({ length: 1000 }, (_, index) => index)) {
    const invitee = { name: `Guest ${number}`, email: `guest.${number}@hall.example` };
    world.simulator.moves.joinGroup({ event: group, invitee });
  }
  expect(await world.sync()).toMatchObject({ state: 'done' });
  const { rows } = await world.db.query<{ clients: number }>(
    `select count(distinct client_id)::int as clients from invitees where email like 'guest.%'`,
  );
  expect(rows).toEqual([{ clients: 1000 }]);
});

it(
  '135: a long window is listed page by page in bounded memory',
  { timeout: 240_000 },
  async () => {
    const meetings = EVERY ? 20_000 : 2_000;
    const heap = (): number => process.memoryUsage().heapUsed;
    let highest = 0;
    world = await makeSyncWorld({
      story: `thousand:${meetings}`,
      readings,
      spoiling: true,
      onRequest: () => {
        highest = Math.max(highest, heap());
      },
    });
    const before = heap();
    // the listing alone: the first invitee read that is refused ends the others
    const dead = { path: INVITEES, with: () => json(401, { title: 'Unauthenticated' }) };
    const { run } = await runSpoiled(world, [dead]);
    expect(run).toMatchObject({ state: 'partial', created: meetings });
    expect(highest - before).toBeLessThan(MOST_HEAP);
  },
);

it('125: meetings of one second that fill a page end the run when no token lives', async () => {
  world = await makeSyncWorld({ story: 'empty', readings, pageSize: 2 });
  const startTime = timestampFromMs(
    Math.floor(systemClock.now() / 3_600_000) * 3_600_000 + 86_400_000,
  );
  for (const number of [1, 2, 3, 4, 5]) {
    const invitee = { name: `Guest ${number}`, email: `guest.${number}@hall.example` };
    world.simulator.moves.book({ startTime, invitee });
  }
  world.simulator.world.readings.pageTokenLifeMs = 0;
  const run = await world.sync();
  expect(run).toMatchObject({ state: 'failed', error_code: 'calendly.page_token_refused' });
  expect(run.requests).toBeLessThan(20);
  world.simulator.world.readings.pageTokenLifeMs = 60_000;
  expect(await world.sync()).toMatchObject({ state: 'done' });
  expect(await world.drift()).toEqual([]);
});

it('136: the listing of a narrower scope hides nothing that the wider one has shown', async () => {
  world = await makeSyncWorld({ story: 'firm', scope: 'organization', readings });
  const whole = await world.sync();
  expect(whole.state).toBe('done');
  await world.db.query(`update calendly_connections set scope = 'user', read_mode = null`);
  const own = await world.sync();
  expect(own).toMatchObject({ state: 'done', created: 0, updated: 0, vanished: 0 });
  expect(own.unchanged).toBeLessThan(whole.created);
  expect(await hiddenRows(world)).toBe(0);
  expect(await world.drift()).toEqual([]);
});

it('115: a certificate that nobody vouches for fails the run and nothing else', async () => {
  world = await makeSyncWorld({ story: 'empty', readings });
  await world.sync();
  const certificate = makeCertificate({ name: 'localhost' });
  const server = await startHostileServer({ certificate });
  world.pointAt(server.url);
  expect(await world.sync()).toMatchObject({ state: 'failed', error_code: 'calendly.tls' });
  expect((await world.connection()).state).toBe('active');
  world.pointAt(null);
  await server.close();
  expect(await world.sync()).toMatchObject({ state: 'done' });
});

/** The group event with the most places, its limit lifted. */
function groupEvent({ simulator }: SyncWorld): string {
  const [group] = [...simulator.world.events.values()]
    .filter(({ wire, limit }) => wire.status === 'active' && limit > 1)
    .toSorted((a, b) => b.limit - a.limit);
  if (group === undefined) throw new Error('The story has no group event');
  group.limit = 2000;
  return group.wire.uri;
}
