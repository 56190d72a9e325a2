/** What a workspace may keep: exact when many come at once, and what was deleted gives way before anything is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bring,
  type DocumentStage,
  openDocumentStage,
  textOf,
} from '../../test/harness/document-stage.ts';
import { sweepAll } from '../../test/harness/document-world.ts';
import { setDeleted } from '../store/document-edits.ts';

describe('with a quota', () => {
  let stage: DocumentStage;
  beforeAll(async () => {
    stage = await openDocumentStage('disk', { maxBytes: 1000, quotaBytes: 3500 });
  });
  afterAll(() => stage.close());

  test('of ten at once as many are kept as there is room for', async () => {
    const who = await stage.uploader();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, seed) => bring(stage.deps, who, [textOf(1000, seed)])),
    );
    const refusals = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    expect(refusals.map((error) => error.code)).toEqual(Array(7).fill('document.quota'));
    await stage.expectWhole();
  });

  test('the same content again takes no room, and another workspace has its own', async () => {
    const who = await stage.uploader();
    for (const seed of [1, 2, 3]) await bring(stage.deps, who, [textOf(1000, seed)]);
    await bring(stage.deps, who, [textOf(1000, 1)]);
    await expect(bring(stage.deps, who, [textOf(1000, 4)])).rejects.toMatchObject({
      code: 'document.quota',
    });
    await bring(stage.deps, await stage.uploader(), [textOf(1000, 4)]);
    await stage.expectWhole();
  });

  test('what was deleted first goes for good where room is needed, and only then', async () => {
    const who = await stage.uploader();
    const db = stage.deps.tenants.of(who.workspaceId);
    const kept: string[] = [];
    for (const seed of [1, 2, 3]) {
      const { documents } = await bring(stage.deps, who, [textOf(1000, seed)]);
      kept.push(...documents.map(({ id }) => id));
    }
    const [first = '', second = '', third = ''] = kept;
    for (const id of [second, first]) {
      await db.tx((tx) => setDeleted(tx, { workspaceId: who.workspaceId, id }, true));
    }
    const left = async (): Promise<string[]> => {
      const { rows } = await db.query<{ id: string }>(
        'select id from client_documents order by id',
      );
      return rows.map(({ id }) => id);
    };
    await bring(stage.deps, who, [textOf(500, 4)]);
    expect(await left()).toEqual(expect.arrayContaining([first, second, third]));
    await bring(stage.deps, who, [textOf(800, 5)]);
    expect(await left()).not.toContain(second);
    expect(await left()).toEqual(expect.arrayContaining([first, third]));
    await expect(
      bring(stage.deps, who, ['x'.repeat(1000), 'y'.repeat(1000)]),
    ).rejects.toMatchObject({
      code: 'document.quota',
    });
    expect(await left()).toContain(first);
    await sweepAll(stage.deps);
    await stage.expectWhole();
  });
});
