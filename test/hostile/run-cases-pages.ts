/** Rows 120–128 over a whole run: pages that disagree, and tokens that die. */
import { expect } from 'vitest';
import type { SyncWorld } from '../harness/sync-world.ts';
import { itemsOf, withItems } from './changed-page.ts';
import { json } from './replies.ts';
import { inDays, type RunCase } from './run-case.ts';
import { LIST, runSpoiled } from './run-stage.ts';

const refusedToken = json(400, {
  title: 'Invalid Argument',
  message: 'The supplied parameters are invalid.',
  details: [{ parameter: 'page_token', message: 'is invalid' }],
});

export const pagingCases: RunCase[] = [
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
