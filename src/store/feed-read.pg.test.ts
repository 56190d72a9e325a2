/** The feed as it is read: in order, whole, and forgotten from its beginning only. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { appendFeed } from './feed.ts';
import { forgetFeed, isFeedKept, newestFeedNumber, readFeed } from './feed-read.ts';
import type { Timestamp } from '../domain/timestamp.ts';

const WORKSPACE = '01890000-0000-7000-8000-000000000001';
const OTHER = '01890000-0000-7000-8000-000000000002';
const SUBJECT = '01890000-0000-7000-8000-000000000003';

function day(of: number): Timestamp {
  return `2026-05-0${of}T10:00:00.000000Z` as Timestamp;
}

describe.each(engines)('the feed on %s', (engine) => {
  let fresh: FreshDatabase;

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
    for (const id of [WORKSPACE, OTHER]) {
      await fresh.db.query('insert into workspaces (id, name, created_at) values ($1, $2, $3)', [
        id,
        'Workspace',
        day(1),
      ]);
    }
    // A slow transaction's time is older than that of the row before it.
    for (const at of [1, 3, 2, 4, 5]) await append(WORKSPACE, day(at));
    await append(OTHER, day(4));
  });
  afterAll(() => fresh.drop());

  function append(workspaceId: string, at: string): Promise<void> {
    const entries = [{ event: 'meeting.created', subjectId: SUBJECT, data: { a: 1 } }];
    return fresh.db.tx((tx) => appendFeed(tx, workspaceId, { at, entries }));
  }

  async function numbers(workspaceId = WORKSPACE): Promise<number[]> {
    const rows = await readFeed(fresh.db, workspaceId, { after: 0, limit: 100 });
    return rows.map(({ number }) => number);
  }

  const isKept = (after: number, since: Timestamp): Promise<boolean> =>
    isFeedKept(fresh.db, WORKSPACE, { after, since });

  it('is read page by page, after a number, one workspace only', async () => {
    expect(await numbers()).toEqual([1, 2, 3, 4, 5]);
    expect(await readFeed(fresh.db, WORKSPACE, { after: 3, limit: 1 })).toEqual([
      { number: 4, at: day(4), event: 'meeting.created', subject_id: SUBJECT, data: { a: 1 } },
    ]);
    expect(await numbers(OTHER)).toEqual([1]);
    expect(await newestFeedNumber(fresh.db, WORKSPACE)).toBe(5);
    expect(await newestFeedNumber(fresh.db, SUBJECT)).toBe(0);
  });

  it('can be gone on with from numbers that were given out and whose next row is not too old', async () => {
    expect(await isKept(5, day(9))).toBe(true);
    expect(await isKept(3, day(4))).toBe(true);
    expect(await isKept(0, day(1))).toBe(true);
    expect(await isKept(0, day(2))).toBe(false);
    expect(await isKept(6, day(1))).toBe(false);
    expect(await isKept(999_999_999_999_999, day(1))).toBe(false);
    expect(await isFeedKept(fresh.db, SUBJECT, { after: 0, since: day(1) })).toBe(false);
  });

  it('is forgotten up to the last old row, so that no row is missing in between', async () => {
    expect(await forgetFeed(fresh.db, day(1))).toBe(0);
    expect(await forgetFeed(fresh.db, day(3))).toBe(3);
    expect(await numbers()).toEqual([4, 5]);
    expect(await numbers(OTHER)).toEqual([1]);
    expect([await isKept(2, day(1)), await isKept(3, day(1))]).toEqual([false, true]);
    expect(await forgetFeed(fresh.db, day(9))).toBe(3);
    expect([await isKept(4, day(1)), await isKept(5, day(1))]).toEqual([false, true]);
  });
});
