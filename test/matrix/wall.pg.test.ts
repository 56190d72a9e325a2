/** The matrix once more with the program's own filter by workspace switched off: the wall alone keeps workspaces apart. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../harness/database.ts';
import { askRow } from './asking.ts';
import { type Asking, expectRow } from './expectations.ts';
import type { MatrixRow } from './row.ts';
import { namedRows } from './table.ts';
import { makeMatrixWorld, type MatrixWorld } from './world.ts';

/** The wall knows no roles of people: a member sees what an admin sees. */
const ASKED: Asking = { askers: ['stranger', 'admin'], kinds: ['own', 'foreign'] };

/** What everybody is told has nothing to do with workspaces, unless it shows rows. */
const walledRows = namedRows.filter(
  ({ anybody, shows }) => anybody === undefined || shows !== undefined,
);

describe.each(engines)('on %s', (engine) => {
  let world: MatrixWorld;
  let before: string;

  beforeAll(async () => {
    world = await makeMatrixWorld(engine);
    before = await world.foreignImage();
  });
  afterAll(() => world.close());

  describe('without the filter, behind the wall', () => {
    it.each(walledRows)('$title', async (row) => {
      await expectRow({ world, program: world.unfiltered }, row, ASKED);
    });

    it('nothing of the other workspace has changed, and no error was logged', async () => {
      expect(await world.foreignImage()).toBe(before);
      expect(world.unfiltered.errors).toEqual([]);
    });
  });

  describe('with neither filter nor wall, by which the above is measured', () => {
    it.each(namedRows.filter(({ shows }) => shows === 'rows'))(
      '$title shows others',
      async (row) => {
        const { answer } = await askRow(world, world.bare, { row, asker: 'admin', kind: 'own' });
        expect(world.foreignIn(answer.text, 'admin')).toBeDefined();
      },
    );

    it.each(namedRows.filter(({ shows }) => shows === 'numbers'))(
      '$title counts others',
      async (row) => {
        const asked = { row, asker: 'admin', kind: 'own' } as const;
        const { answer: bare } = await askRow(world, world.bare, asked);
        const { answer: walled } = await askRow(world, world.unfiltered, asked);
        expect(bare.text).not.toBe(walled.text);
      },
    );

    it.each(namedRows.filter(reachesTheirs).toSorted(destroyersLast))(
      '$title reaches theirs',
      async (row) => {
        const theirs = { row, asker: 'admin', kind: 'foreign' } as const;
        const { answer } = await askRow(world, world.bare, theirs);
        expect(answer.status).not.toBe(404);
      },
    );

    it('what is theirs is changed', async () => {
      expect(await world.foreignImage()).not.toBe(before);
    });
  });
});

function reachesTheirs({ id, anybody, twice }: MatrixRow): boolean {
  return id?.in === 'path' && anybody === undefined && twice !== true;
}

function destroyersLast(one: MatrixRow, other: MatrixRow): number {
  return Number(one.route.startsWith('DELETE')) - Number(other.route.startsWith('DELETE'));
}
