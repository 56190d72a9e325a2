/** Property: observations in any order, repeated and split, end in the same rows, which are the truth. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  AFTERWARDS_MS,
  type Happening,
  tellVersions,
  type Version,
} from '../../test/harness/booking-versions.ts';
import { type FreshDatabase, freshDatabase } from '../../test/harness/database.ts';
import { differences, imageOfRows, imageOfTruth } from '../../test/harness/mirror-truth.ts';
import {
  type ObservationStage,
  openObservations,
  type Seen,
} from '../../test/harness/observation-stage.ts';
import { makeId } from '../../test/harness/sync-world.ts';

const RUNS = process.env['ORDERS'] === 'full' ? 1000 : 50;
/** Later than every read of a course. */
const SETTLED = 1000;

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase('postgres');
});
afterAll(() => fresh.drop());

const who = fc.nat(3);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('rename', 'renameSilently', 'note', 'guest', 'join', 'cancel' as const),
  }),
  fc.record({ kind: fc.constantFrom('leave', 'noShow', 'pay', 'correct' as const), who }),
);

interface Course {
  happenings: Happening[];
  seen: (Seen & { weight: number; times: number })[];
  /** Where the observations of the last version stand among the others. */
  last: number[];
  /** After how many observations a user writes into the rows. */
  userAfter: number;
}

// Two things are left out, as no row can tell them: a silent change that is silently taken back (a row that is
// found unchanged is not written, so it does not know when), and answers that are older than their own request.

function courses(whats: readonly Seen['what'][]): fc.Arbitrary<Course> {
  return fc.record({
    happenings: fc.array(happening, { maxLength: 7 }),
    seen: fc.array(
      fc.record({
        what: fc.constantFrom(...whats),
        version: fc.nat(7),
        late: fc.nat(9),
        who,
        weight: fc.nat(100),
        times: fc.integer({ min: 1, max: 2 }),
      }),
      { maxLength: 8 },
    ),
    last: fc.array(fc.nat(100), { minLength: 2, maxLength: 2 }),
    userAfter: fc.nat(4),
  });
}

it(
  'what lists and direct reads have seen needs nothing more to be the truth',
  { timeout: 600_000 },
  () =>
    fc.assert(
      fc.asyncProperty(courses(['list', 'get', 'invitees', 'invitee']), async (course) => {
        const { stage, versions } = await play(course);
        await expectTruth(stage, versions);
      }),
      { numRuns: RUNS },
    ),
);

it(
  'with deliveries among them, early or late, the reads that are owed make it the truth',
  { timeout: 600_000 },
  () =>
    fc.assert(
      fc.asyncProperty(
        courses(['list', 'get', 'invitees', 'invitee', 'delivery', 'delivery']),
        async (course) => {
          const { stage, versions, doubted } = await play(course);
          await settle(stage, { last: versions.length - 1, doubted });
          await expectTruth(stage, versions);
        },
      ),
      { numRuns: RUNS },
    ),
);

interface Played {
  stage: ObservationStage;
  versions: Version[];
  /** Whether a delivery was left to a read that confirms it, as `receive` asks for one. */
  doubted: boolean;
}

async function play(course: Course): Promise<Played> {
  const versions = tellVersions(makeId(), course.happenings);
  const newest = versions.length - 1;
  const stage = await openObservations(fresh.db, versions);
  const last = (['list', 'invitees'] as const).map((what, index) => {
    const seen: Seen = { what, version: newest, late: 0, who: 0 };
    return { ...seen, weight: course.last[index] ?? 0, times: 1 };
  });
  const order = [...course.seen, ...last]
    .flatMap((seen) => Array.from({ length: seen.times }, () => seen))
    .toSorted((a, b) => a.weight - b.weight);
  let doubted = false;
  let words: unknown = [];
  for (const [index, seen] of order.entries()) {
    if (index === course.userAfter) words = await writeAsUser(stage);
    const late = seen.what === 'delivery' ? seen.late : 0;
    await stage.observe({ ...seen, late, version: Math.min(seen.version, newest) });
    if (seen.what === 'delivery') doubted = true;
  }
  expect(await usersWords(stage)).toEqual(words);
  return { stage, versions, doubted };
}

/** Makes the direct reads that are owed, of what is true at the end, as the next run would. */
async function settle(
  stage: ObservationStage,
  { last, doubted }: { last: number; doubted: boolean },
): Promise<void> {
  const { rows } = await fresh.db.query<{ kind: string }>(
    'select distinct kind from queued_reads where workspace_id = $1',
    [stage.workspaceId],
  );
  const owed = new Set(rows.map(({ kind }) => kind));
  const read: Omit<Seen, 'what'> = { version: last, late: SETTLED, who: 0 };
  if (doubted || owed.has('meeting')) await stage.observe({ ...read, what: 'get' });
  if (doubted || owed.has('invitees')) await stage.observe({ ...read, what: 'invitees' });
}

async function expectTruth(stage: ObservationStage, versions: readonly Version[]): Promise<void> {
  const truth = imageOfTruth(versions.slice(-1), AFTERWARDS_MS);
  expect(differences(await imageOfRows(fresh.db, stage.workspaceId), truth)).toEqual([]);
}

/** Notes, a title and links made by hand, in every row that is there; answers them. */
async function writeAsUser(stage: ObservationStage): Promise<unknown> {
  await fresh.db.query(
    `update meetings set notes = 'mine', title_override = 'My title', notes_updated_at = updated_at
     where workspace_id = $1`,
    [stage.workspaceId],
  );
  await fresh.db.query(
    `with chosen as (
       insert into clients (workspace_id, id, name, source, created_at, updated_at)
       select id, $2, 'Chosen', 'manual', created_at, created_at from workspaces where id = $1 returning id
     )
     update invitees i set client_id = $2, link_rule = 'manual', link_evidence = '"by hand"'
     from chosen where i.workspace_id = $1`,
    [stage.workspaceId, makeId()],
  );
  return usersWords(stage);
}

async function usersWords({ workspaceId }: ObservationStage): Promise<unknown> {
  const { rows } = await fresh.db.query(
    `select calendly_uri, notes, title_override, notes_updated_at::text as more from meetings
     where workspace_id = $1 and notes is not null
     union all select calendly_uri, link_rule, link_evidence #>> '{}', client_id::text from invitees
     where workspace_id = $1 and link_rule is not null
     order by 1`,
    [workspaceId],
  );
  return rows;
}
