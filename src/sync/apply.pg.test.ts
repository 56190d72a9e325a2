/** The staleness rule by example, what a delivery lacks, and the feed beside other writers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Happening, tellVersions, type Version } from '../../test/harness/booking-versions.ts';
import { engines, type FreshDatabase, freshDatabase } from '../../test/harness/database.ts';
import {
  type ObservationStage,
  openObservations,
  type Seen,
} from '../../test/harness/observation-stage.ts';
import { makeId } from '../../test/harness/sync-world.ts';

let fresh: FreshDatabase;

describe.each(engines)('on %s', (engine) => {
  beforeAll(async () => {
    fresh = await freshDatabase(engine);
  });
  afterAll(() => fresh.drop());

  it.each(['list', 'delivery'] as const)(
    'a canceled meeting is never revived by a %s, however new it claims to be',
    async (what) => {
      const { stage } = await open([{ kind: 'cancel' }, { kind: 'rename' }], (versions) => {
        for (const { event } of versions.slice(2)) event.status = 'active';
      });
      await see(stage, 'list', 1);
      await see(stage, what, 2);
      expect(await meeting(stage)).toMatchObject({ status: 'canceled', title: 'Garden visit' });
      expect(await owed(stage)).toContain('meeting');
    },
  );

  it('a direct read that began later repairs a wrong cancellation, one that began earlier does not', async () => {
    const { stage } = await open([{ kind: 'cancel' }]);
    await see(stage, 'list', 1);
    await see(stage, 'get', 0, 0);
    expect(await meeting(stage)).toMatchObject({ status: 'canceled' });
    await see(stage, 'get', 0, 9);
    expect(await meeting(stage)).toMatchObject({ status: 'active', cancellation: null });
  });

  it('a canceled invitee is not revived by a delivery', async () => {
    const { stage } = await open(
      [
        { kind: 'leave', who: 0 },
        { kind: 'correct', who: 0 },
      ],
      (told) => {
        for (const { invitees } of told.slice(2)) for (const one of invitees) one.status = 'active';
      },
    );
    await see(stage, 'invitees', 1);
    await see(stage, 'delivery', 2, 5);
    expect(await invitee(stage)).toMatchObject({ status: 'canceled', name: 'Tomás Ferreira' });
  });

  it('a cancellation that comes before its booking stays one', async () => {
    const { stage } = await open([{ kind: 'cancel' }]);
    await see(stage, 'delivery', 1, 0);
    await see(stage, 'delivery', 0, 5);
    expect(await meeting(stage)).toMatchObject({ status: 'canceled' });
    expect(await invitee(stage)).toMatchObject({ status: 'canceled' });
  });

  it('a list that shows an older version changes nothing, and a direct read is owed', async () => {
    const { stage } = await open([{ kind: 'rename' }]);
    await see(stage, 'list', 1);
    await see(stage, 'list', 0, 5);
    expect(await meeting(stage)).toMatchObject({ title: 'Name 1' });
    expect(await owed(stage)).toContain('meeting');
  });

  it('what changed silently is written by the next list', async () => {
    const { stage } = await open([{ kind: 'renameSilently' }]);
    await see(stage, 'list', 0);
    await see(stage, 'list', 1);
    expect(await meeting(stage)).toMatchObject({ title: 'Name 1' });
  });

  it('what a delivery lacks stays as it was read', async () => {
    const { stage } = await open([
      { kind: 'noShow', who: 0 },
      { kind: 'pay', who: 0 },
      { kind: 'rename' },
      { kind: 'correct', who: 0 },
    ]);
    await see(stage, 'list', 2);
    await see(stage, 'invitees', 2);
    await see(stage, 'delivery', 4, 0);
    expect(await meeting(stage)).toMatchObject({
      title: 'Name 3',
      calendar_event: { kind: 'google', external_id: 'k3j4h5g6' },
      raw: { name: 'Name 3', calendar_event: { kind: 'google' } },
    });
    expect(await invitee(stage)).toMatchObject({
      name: 'Person 4',
      no_show_uri: 'https://api.calendly.com/invitee_no_shows/N1',
      payment: { amount: 2, currency: 'EUR' },
      raw: { name: 'Person 4', payment: { amount: 2 }, no_show: { created_at: expect.anything() } },
    });
  });

  it('what a delivery says is nothing is nothing', async () => {
    const { stage, versions } = await open([{ kind: 'note' }, { kind: 'rename' }]);
    const newest = versions.at(-1);
    if (newest !== undefined) newest.event.meeting_notes_plain = null;
    await see(stage, 'list', 1);
    expect(await meeting(stage)).toMatchObject({ notes_plain: 'Note 1' });
    await see(stage, 'delivery', 2, 0);
    expect(await meeting(stage)).toMatchObject({ notes_plain: null, title: 'Name 2' });
  });
});

describe('the feed of one workspace', () => {
  beforeAll(async () => {
    fresh = await freshDatabase('postgres');
  });
  afterAll(() => fresh.drop());

  it('has dense numbers in the order of commits under eight writers', async () => {
    const { stage } = await open([{ kind: 'rename' }]);
    const others = Array.from({ length: 8 }, (_, writer) => changing(stage, writer));
    let done = false;
    const reading = watchFeed(stage, () => done);
    await Promise.all(
      others.map(async (other) => {
        for (let version = 0; version <= CHANGES; version += 1) await see(other, 'list', version);
      }),
    );
    done = true;
    expect(await reading).toEqual([]);
    const { rows } = await fresh.db.query<{ count: number; last: number }>(
      `select count(*)::int as count, max(number)::int as last from feed where workspace_id = $1`,
      [stage.workspaceId],
    );
    expect(rows).toEqual([{ count: 8 * (CHANGES + 1), last: 8 * (CHANGES + 1) }]);
  });
});

const CHANGES = 15;

async function open(
  happenings: readonly Happening[],
  bend: (versions: Version[]) => void = () => undefined,
): Promise<{ stage: ObservationStage; versions: Version[] }> {
  const versions = tellVersions(makeId(), happenings);
  bend(versions);
  return { stage: await openObservations(fresh.db, versions), versions };
}

/** A meeting of its own in the same workspace, renamed again and again. */
function changing(stage: ObservationStage, writer: number): ObservationStage {
  const renamings = Array.from({ length: CHANGES }, (): Happening => ({ kind: 'rename' }));
  return stage.also(tellVersions(`${makeId()}-${writer}`, renamings));
}

/** Every look at the feed until `isOver`; answers those that found a hole. */
async function watchFeed(stage: ObservationStage, isOver: () => boolean): Promise<unknown[]> {
  const holes: unknown[] = [];
  while (!isOver()) {
    const { rows } = await fresh.db.query<{ count: number; last: number }>(
      `select count(*)::int as count, coalesce(max(number), 0)::int as last from feed where workspace_id = $1`,
      [stage.workspaceId],
    );
    holes.push(...rows.filter(({ count, last }) => count !== last));
  }
  return holes;
}

/** Sees that version in this way, so many moments late. */
function see(
  stage: ObservationStage,
  what: Seen['what'],
  ...[version, late = 0]: [version: number, late?: number]
): Promise<unknown> {
  return stage.observe({ what, version, late, who: 0 });
}

async function meeting({ workspaceId }: ObservationStage): Promise<unknown> {
  const { rows } = await fresh.db.query('select * from meetings where workspace_id = $1', [
    workspaceId,
  ]);
  return rows[0];
}

async function invitee({ workspaceId }: ObservationStage): Promise<unknown> {
  const { rows } = await fresh.db.query('select * from invitees where workspace_id = $1', [
    workspaceId,
  ]);
  return rows[0];
}

async function owed({ workspaceId }: ObservationStage): Promise<string[]> {
  const { rows } = await fresh.db.query<{ kind: string }>(
    'select kind from queued_reads where workspace_id = $1',
    [workspaceId],
  );
  return rows.map(({ kind }) => kind);
}
