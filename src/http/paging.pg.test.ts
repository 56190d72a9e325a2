/** Lists page by page: every row once, whatever their order says of equal times, and only with honest cursors. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, readPages, startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { rowsOf, type RowMaker } from '../../test/harness/mirror-rows.ts';

const COUNT = 620;
let world: HttpWorld;
let rows: RowMaker;
const meetings: string[] = [];

beforeAll(async () => {
  world = await startHttpWorld();
  rows = rowsOf(world.db, world.admin.user.workspaceId, world.ids);
  for (let index = 0; index < COUNT; index += 1) {
    // 500 of them begin at the same instant.
    const minute = index < 500 ? 0 : index - 500;
    const start = `2026-05-01T${String(9 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00.000000Z`;
    meetings.push((await rows.meeting({ start_time: start })).id);
  }
});
afterAll(() => world.close());

async function cursorOf(path: string): Promise<string> {
  const { body } = await call(world, path);
  return String((body as { next_cursor: string | null }).next_cursor);
}

describe('the pages of a list', () => {
  it.each([1, 33, 200])('hold every meeting once, %i a page, in both orders', async (size) => {
    const part = size === 1 ? '&from=2026-05-01T10:30:00Z' : '';
    const down = await readPages(world, `/api/meetings?limit=${size}&order=-start_time${part}`);
    const up = await readPages(world, `/api/meetings?limit=${size}&order=start_time${part}`);
    const expected = size === 1 ? 30 : COUNT;
    expect(down.ids).toHaveLength(expected);
    expect(new Set(down.ids).size).toBe(expected);
    expect(down.pages).toBe(Math.ceil(expected / size));
    expect(up.ids).toEqual(down.ids.toReversed());
  });

  it('are not disturbed by a meeting that is booked in between', async () => {
    const path = '/api/meetings?limit=100&order=start_time';
    const all = await readPages(world, path);
    const cursor = await cursorOf(path);
    const early = await rows.meeting({ start_time: '2026-04-01T09:00:00.000000Z' });
    const rest = await readPages(world, path, cursor);
    expect(rest.ids).toEqual(all.ids.slice(100));
    await world.db.query('delete from meetings where id = $1', [early.id]);
  });

  it('of clients and runs hold every row once too', async () => {
    const connection = await rows.connection(world.admin.user.id);
    const clients: string[] = [];
    const runs: string[] = [];
    for (let index = 0; index < 23; index += 1) {
      clients.push(await rows.client(`c${index}@example.com`));
      runs.push(await rows.run(connection));
    }
    const foundClients = await readPages(world, '/api/clients?limit=5');
    const foundRuns = await readPages(world, '/api/runs?limit=5');
    expect(foundClients).toEqual({ ids: newestFirst(clients), pages: 5 });
    expect(foundRuns).toEqual({ ids: newestFirst(runs), pages: 5 });
  });
});

/** Ids of one millisecond are in no order but their own. */
function newestFirst(ids: readonly string[]): string[] {
  return ids.toSorted().toReversed();
}

describe('a cursor', () => {
  it('is refused, field named, for other filters, another list, another workspace, and when changed', async () => {
    const cursor = await cursorOf('/api/meetings?limit=10&status=active');
    const flipped = (cursor.startsWith('A') ? 'B' : 'A') + cursor.slice(1);
    const others = [
      `/api/meetings?cursor=${cursor}`,
      `/api/meetings?status=canceled&cursor=${cursor}`,
      `/api/meetings?status=active&order=start_time&cursor=${cursor}`,
      `/api/meetings?status=active&q=a&cursor=${cursor}`,
      `/api/clients?cursor=${cursor}`,
      `/api/runs?cursor=${cursor}`,
      `/api/meetings?status=active&cursor=${flipped}`,
      `/api/meetings?status=active&cursor=${cursor.slice(0, -1)}`,
      `/api/meetings?status=active&cursor=${cursor}=`,
    ];
    for (const path of others) {
      const refused = await call(world, path);
      expect([path, refused.status]).toEqual([path, 400]);
      expect(refused.body).toMatchObject({
        code: 'request.invalid',
        errors: [{ field: 'cursor' }],
      });
    }
    const path = `/api/meetings?status=active&cursor=${cursor}`;
    expect((await call(world, path, { as: world.foreigner })).status).toBe(400);
    expect((await call(world, path, { as: world.member })).status).toBe(200);
    expect((await call(world, `${path}&limit=3`)).status).toBe(200);
  });
});
