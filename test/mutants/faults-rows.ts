/** Faults of writing: old news over new ones, canceled revived, reads and cursors that are not kept in step. */
import type { Fault } from './fault.ts';

const APPLY = 'src/sync/apply.pg.test.ts';
const VERDICT = 'src/sync/verdict.test.ts';
const UPSTREAM = 'src/sync/upstream.pg.test.ts';

export const rowFaults: readonly Fault[] = [
  {
    name: 'canceled is revived by a list',
    file: 'src/store/guard.ts',
    find: "not (${target}.status = 'canceled' and excluded.status = 'active')",
    replace: 'true',
    test: { file: APPLY, name: 'on postgres > a canceled meeting is never revived by a list' },
  },
  {
    name: 'older news win over newer ones',
    file: 'src/store/guard.ts',
    find: 'excluded.source_updated_at > ${target}.source_updated_at',
    replace: 'excluded.source_updated_at <> ${target}.source_updated_at',
    test: { file: APPLY, name: 'on postgres > a list that shows an older version changes nothing' },
  },
  {
    name: 'what changed without a new updated_at is never written (> for >=)',
    file: 'src/store/guard.ts',
    find: 'excluded.source_updated_at = ${target}.source_updated_at',
    replace: 'false',
    test: { file: APPLY, name: 'on postgres > what changed silently is written by the next list' },
  },
  {
    name: 'a direct read never repairs a wrong cancellation',
    file: 'src/store/guard.ts',
    find: "(${source} = 'get' and ${isLater})",
    replace: 'false',
    test: { file: APPLY, name: 'on postgres > a direct read that began later repairs' },
  },
  {
    name: 'a direct read repairs whenever it began',
    file: 'src/store/guard.ts',
    find: "(${source} = 'get' and ${isLater})",
    replace: "(${source} = 'get')",
    test: { file: APPLY, name: 'on postgres > a direct read that began later repairs' },
  },
  {
    name: 'what a delivery lacks is taken for nothing',
    file: 'src/store/guard.ts',
    find: "when ${source} = 'delivery' and not excluded.raw ? '${key}'",
    replace: 'when false',
    test: { file: APPLY, name: 'on postgres > what a delivery lacks stays as it was read' },
  },
  {
    name: 'what is doubtful is not read again',
    file: 'src/sync/verdict.ts',
    find: "return { change: 'stale', reread: !old || lateRead };",
    replace: "return { change: 'stale', reread: old && lateRead };",
    test: { file: APPLY, name: 'on postgres > a canceled meeting is never revived by a delivery' },
  },
  {
    name: 'of a meeting that a page repeats the oldest is kept',
    file: 'src/sync/verdict.ts',
    find: "(item.sourceUpdatedAt ?? '') >= (known.sourceUpdatedAt ?? '')",
    replace: "(item.sourceUpdatedAt ?? '') < (known.sourceUpdatedAt ?? '')",
    test: { file: VERDICT, name: 'of an item that is twice on a page the newest counts' },
  },
  {
    name: 'of two that are equally new the first is kept (> for >=)',
    file: 'src/sync/verdict.ts',
    find: "(item.sourceUpdatedAt ?? '') >= (known.sourceUpdatedAt ?? '')",
    replace: "(item.sourceUpdatedAt ?? '') > (known.sourceUpdatedAt ?? '')",
    test: { file: VERDICT, name: 'of two that are equally new the last counts' },
  },
  {
    name: 'the cursor is saved before the page',
    file: 'src/sync/listing.ts',
    find: 'await write(context.db, context.connection.workspace_id, async (tx, feed) => {',
    replace: `await context.db.tx((early) => saveListing(early, ownerOf(context), next));
  await write(context.db, context.connection.workspace_id, async (tx, feed) => {`,
    test: {
      file: 'test/crash/every-commit.pg.test.ts',
      name: 'a process that dies before a commit > in its first sync',
    },
  },
  {
    name: 'a list that was read in pieces says what is gone',
    file: 'src/sync/listing.ts',
    find: 'if (!listing.pieced) {',
    replace: 'if (listing.pages > 0) {',
    test: { file: 'test/crash/every-await.pg.test.ts', name: 'in a cycle that has news' },
  },
  {
    name: 'a run that was taken over goes on writing',
    file: 'src/sync/listing.ts',
    find: `await account(tx, context, {
      at: await tx.clock(),
      counts: countChanges(applied.meetings.values()),
    });`,
    replace: '',
    test: {
      file: 'test/crash/lost-lease.pg.test.ts',
      name: 'a run that is lost in the middle of the list changes no row',
    },
  },
  {
    name: 'an error for the invitees is taken for no invitees',
    file: 'src/sync/answers.ts',
    find: `for await (const page of context.calendly.pages(path, { count: '100' }))
        items.push(...page.items);`,
    replace: `try {
        for await (const page of context.calendly.pages(path, { count: '100' }))
          items.push(...page.items);
      } catch {
        items.length = 0;
      }`,
    test: { file: UPSTREAM, name: '122: a 500 for all invitees' },
  },
  {
    name: 'a 401 in the reads is one failed read among others',
    file: 'src/sync/reads.ts',
    find: "if (error.class === 'auth' || error.class === 'scope') {",
    replace: "if (error.class === 'scope') {",
    test: {
      file: 'src/sync/reads.pg.test.ts',
      name: 'a token that dies in the middle of the reads',
    },
  },
  {
    name: 'a read that was owed anew while it was under way is crossed off',
    file: 'src/store/reads.ts',
    find: 'done.kind, done.uris, done.readStartedAt]',
    replace: "done.kind, done.uris, '2999-01-01T00:00:00Z']",
    test: {
      file: 'src/store/reads.pg.test.ts',
      name: 'asked for again while it is made stays owed',
    },
  },
  {
    name: 'the notes of a series are not shared',
    file: 'src/sync/series.ts',
    find: 'await shareNotes(tx, workspaceId, series);',
    replace: '',
    test: {
      file: 'src/sync/series.pg.test.ts',
      name: 'on postgres > keeps its series and its notes through three moves',
    },
  },
];
