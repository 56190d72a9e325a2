/** Bad answers that only show over a whole run: pages that disagree, times that go back, tokens that die. */
import { expect } from 'vitest';
import { systemClock } from '../../src/base/time.ts';
import { timestampFromMs } from '../../src/domain/timestamp.ts';
import type { SyncWorld } from '../harness/sync-world.ts';
import { itemsOf, withFirst, withItems } from './changed-page.ts';
import { json, reply } from './replies.ts';
import { INVITEES, LIST, MEETING, runSpoiled, truthOf } from './run-stage.ts';

export interface RunCase {
  /** Number of the row in the list of bad inputs. */
  row: number;
  about: string;
  play: (world: SyncWorld) => Promise<void>;
}

const DAY_MS = 86_400_000;
const inDays = (days: number): string => timestampFromMs(systemClock.now() + days * DAY_MS);
const refusedToken = json(400, {
  title: 'Invalid Argument',
  message: 'The supplied parameters are invalid.',
  details: [{ parameter: 'page_token', message: 'is invalid' }],
});

/** Faults of requests beside the listing. */
const besides: RunCase[] = [
  {
    row: 116,
    about: 'a server that is not there',
    play: async (world) => {
      world.pointAt('http://127.0.0.1:9');
      await expectRefused(world, { state: 'failed', code: 'calendly.unreachable' }, []);
      world.pointAt(null);
    },
  },
  {
    row: 116,
    about: 'a name that nobody knows',
    play: async (world) => {
      world.pointAt('http://calendly.invalid');
      await expectRefused(world, { state: 'failed', code: 'calendly.unreachable' }, []);
      world.pointAt(null);
    },
  },
  refusal(119, 'a 404 for the user', {
    path: /^\/users\/me$/,
    status: 404,
    ends: { state: 'failed', code: 'calendly.not_found' },
  }),
  refusal(117, 'a 401 for the user', {
    path: /^\/users\/me$/,
    status: 401,
    ends: { state: 'failed', code: 'calendly.unauthenticated', connection: 'needs_reauth' },
  }),
  refusal(119, 'a 404 for the invitees of one meeting', {
    path: INVITEES,
    status: 404,
    times: 1,
    ends: { state: 'partial', code: 'calendly.not_found' },
  }),
  refusal(118, 'a 403 for the invitees of one meeting', {
    path: INVITEES,
    status: 403,
    times: 1,
    ends: { state: 'partial', code: 'calendly.forbidden_role' },
  }),
  refusal(117, 'a 401 in the middle of the invitees', {
    path: INVITEES,
    status: 401,
    after: 3,
    ends: { state: 'partial', code: 'calendly.unauthenticated', connection: 'needs_reauth' },
  }),
  refusal(122, 'a 500 for all invitees', {
    path: INVITEES,
    status: 500,
    ends: { state: 'partial', code: 'calendly.server_error' },
  }),
  refusal(118, 'a 403 for the event types', {
    path: /^\/event_types$/,
    status: 403,
    ends: { state: 'done', code: null },
  }),
  refusal(118, 'a 403 for the members of the organization', {
    path: /^\/organization_memberships$/,
    status: 403,
    ends: { state: 'done', code: null },
  }),
];

const pages: RunCase[] = [
  {
    row: 120,
    about: 'one refused page token and goes on behind the last row',
    play: async (world) => {
      const { run, before, after } = await runSpoiled(world, [
        { path: LIST, after: 1, times: 1, with: () => refusedToken },
      ]);
      expect(after).toEqual(before);
      expect(run).toMatchObject({ state: 'done', created: 0, updated: 0 });
      // three pages, the refusal, and at most one page more for the row at the seam
      expect(run.requests).toBeLessThanOrEqual(5);
    },
  },
  {
    row: 125,
    about: 'page tokens that die before they are used',
    play: async (world) => {
      world.simulator.world.readings.pageTokenLifeMs = 0;
      const { run, before, after } = await runSpoiled(world, []);
      world.simulator.world.readings.pageTokenLifeMs = 300_000;
      expect(after).toEqual(before);
      expect(run).toMatchObject({ state: 'done', created: 0, updated: 0 });
    },
  },
  {
    row: 126,
    about: 'an empty page in the middle',
    play: async (world) => {
      const { run, before, after } = await runSpoiled(world, [
        { path: LIST, after: 1, times: 1, with: (page) => withItems(page, () => []) },
      ]);
      expect(after).toEqual(before);
      expect(run).toMatchObject({ state: 'done', vanished: 0 });
    },
  },
  {
    row: 127,
    about: 'one meeting on two pages, the newer one later',
    play: async (world) => {
      const { run, before, after } = await repeatOnSecondPage(world, {
        name: 'Newer',
        updated_at: inDays(-0.001),
      });
      expect(run).toMatchObject({ state: 'done', vanished: 0 });
      expect([...after].filter(([uri, row]) => before.get(uri) !== row)).toHaveLength(1);
      expect([...after.values()].some((row) => row.includes('"title":"Newer"'))).toBe(true);
    },
  },
  {
    row: 127,
    about: 'one meeting on two pages, the older one later',
    play: async (world) => {
      const { run, before, after } = await repeatOnSecondPage(world, {
        name: 'Older',
        updated_at: inDays(-900),
      });
      expect(run).toMatchObject({ state: 'done', vanished: 0 });
      expect(after).toEqual(before);
    },
  },
  {
    row: 128,
    about: 'a meeting that slips between two pages',
    play: async (world) => {
      const { run, before, after } = await runSpoiled(world, [
        { path: LIST, after: 1, times: 1, with: (page) => withItems(page, (all) => all.slice(1)) },
      ]);
      expect(after).toEqual(before);
      expect(run).toMatchObject({ state: 'done', vanished: 0 });
    },
  },
];

const facts: RunCase[] = [
  {
    row: 133,
    about: 'an updated_at that goes back: a direct read decides',
    play: async (world) => {
      const change = { name: 'From yesterday', updated_at: inDays(-900) };
      world.simulator.clearRequests();
      const { run, before, after } = await changeFirst(world, change);
      expect(after).toEqual(before);
      expect(run.state).toBe('done');
      expect(world.simulator.counts.get('GET /scheduled_events/{}')).toBe(1);
    },
  },
  {
    row: 133,
    about: 'other content under the same updated_at: the later read counts',
    play: async (world) => {
      const { run, after } = await changeFirst(world, { name: 'Silently renamed' });
      expect(run).toMatchObject({ state: 'done', updated: 1 });
      expect([...after.values()].some((row) => row.includes('Silently renamed'))).toBe(true);
    },
  },
  {
    row: 133,
    about: 'an updated_at of next year: kept as of now, and flagged',
    play: async (world) => {
      const { run } = await changeFirst(world, { updated_at: inDays(365) });
      expect(run).toMatchObject({ state: 'done', updated: 1 });
      const { rows } = await world.db.query<{ ahead: boolean; flags: string[] }>(
        `select source_updated_at > $1 as ahead, flags from meetings where cardinality(flags) > 0`,
        [inDays(0.01)],
      );
      expect(rows).toEqual([{ ahead: false, flags: ['updated_in_future'] }]);
    },
  },
  {
    row: 134,
    about: 'a direct read that answers with another meeting',
    play: async (world) => {
      const { run, before, after } = await runSpoiled(world, [
        {
          path: LIST,
          times: 1,
          with: (page) => withFirst(page, { name: 'x', updated_at: inDays(-900) }),
        },
        {
          path: MEETING,
          with: ({ body }) => {
            const { resource } = JSON.parse(body) as { resource: { uri: string } };
            return json(200, { resource: { ...resource, uri: `${resource.uri}-other` } });
          },
        },
      ]);
      expect(after).toEqual(before);
      expect(run).toMatchObject({ state: 'partial', error_code: 'calendly.shape' });
    },
  },
  {
    row: 134,
    about: 'a meeting that has another host now',
    play: async (world) => {
      const host = { user: 'https://api.calendly.com/users/another', user_email: 'o@x.example' };
      const { run, after } = await changeFirst(world, {
        event_memberships: [host],
        updated_at: inDays(-0.001),
      });
      expect(run).toMatchObject({ state: 'done', updated: 1 });
      expect([...after.values()].some((row) => row.includes('users/another'))).toBe(true);
    },
  },
  ...[-1, 1].map((hours): RunCase => ({
    row: 137,
    about: `a Calendly whose clock is ${hours} h off`,
    play: async (world) => {
      world.simulator.moves.rename({ event: firstUri(world), name: `Clock ${hours}` });
      const started = timestampFromMs(systemClock.now() - 60_000);
      const date = new Date(systemClock.now() + hours * 3_600_000).toUTCString();
      const { run, after } = await runSpoiled(world, [
        { path: /./, with: ({ status, body }) => reply(status, body, { date }) },
      ]);
      expect(run).toMatchObject({ state: 'done', updated: 1 });
      expect(after).toEqual(truthOf(world));
      const { rows } = await world.db.query(
        `select 1 from meetings where observed_at > $1 and observed_at < $2`,
        [started, timestampFromMs(systemClock.now() + 60_000)],
      );
      expect(rows.length).toBeGreaterThan(0);
    },
  })),
];

export const runCases: RunCase[] = [...besides, ...pages, ...facts];

interface Ends {
  state: string;
  code: string | null;
  connection?: string;
}

/** A refusal of one kind of request in a run that reads everything: rows stay, the rest goes on. */
function refusal(
  row: number,
  about: string,
  given: { path: RegExp; status: number; after?: number; times?: number; ends: Ends },
): RunCase {
  const { path, status, after = 0, times = Infinity, ends } = given;
  const body = { title: 'Refused', message: 'You do not have permission' };
  return {
    row,
    about,
    play: async (world) => {
      await expectRefused(world, ends, [{ path, after, times, with: () => json(status, body) }]);
      await world.db.query('update queued_reads set next_try_at = queued_at');
    },
  };
}

async function expectRefused(
  world: SyncWorld,
  ends: Ends,
  rules: Parameters<typeof runSpoiled>[1],
): Promise<void> {
  const { run, before, after, connection } = await runSpoiled(world, rules, { full: true });
  expect(after).toEqual(before);
  expect(run).toMatchObject({ state: ends.state, error_code: ends.code, vanished: 0 });
  expect(connection).toBe(ends.connection ?? 'active');
}

function changeFirst(
  world: SyncWorld,
  change: Record<string, unknown>,
): ReturnType<typeof runSpoiled> {
  return runSpoiled(world, [{ path: LIST, times: 1, with: (page) => withFirst(page, change) }]);
}

/** The first meeting of the first page comes once more, changed, on the second. */
function repeatOnSecondPage(
  world: SyncWorld,
  change: Record<string, unknown>,
): ReturnType<typeof runSpoiled> {
  let first: Record<string, unknown> | undefined;
  return runSpoiled(world, [
    {
      path: LIST,
      times: 2,
      with: (page, turn) => {
        if (turn === 0) first = itemsOf(page)[0];
        return withItems(page, (all) => (turn === 0 ? all : [...all, { ...first, ...change }]));
      },
    },
  ]);
}

function firstUri(world: SyncWorld): string {
  return world.simulator.truth()[0]?.event.uri ?? '';
}
