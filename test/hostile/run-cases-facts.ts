/** Rows 133–137 over a whole run: times and identities that contradict what was known. */
import { expect } from 'vitest';
import { systemClock } from '../../src/base/time.ts';
import { timestampFromMs } from '../../src/domain/timestamp.ts';
import type { SyncWorld } from '../harness/sync-world.ts';
import { withFirst } from './changed-page.ts';
import { json, reply } from './replies.ts';
import { inDays, type RunCase } from './run-case.ts';
import { LIST, MEETING, runSpoiled, truthOf } from './run-stage.ts';

export const factRunCases: RunCase[] = [
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

function changeFirst(
  world: SyncWorld,
  change: Record<string, unknown>,
): ReturnType<typeof runSpoiled> {
  return runSpoiled(world, [{ path: LIST, times: 1, with: (page) => withFirst(page, change) }]);
}

function firstUri(world: SyncWorld): string {
  return world.simulator.truth()[0]?.event.uri ?? '';
}
