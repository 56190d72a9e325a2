/** From bytes to documents on every place: sizes, shared content, repeated requests, and bytes that went bad. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeKinds } from '../../test/harness/document-places.ts';
import {
  bring,
  type DocumentStage,
  openDocumentStage,
  piecesOf,
  textOf,
} from '../../test/harness/document-stage.ts';
import { sweepAll } from '../../test/harness/document-world.ts';
import { removeDocuments } from '../store/document-edits.ts';
import { lockBlobs } from '../store/blobs.ts';
import { receiveFile } from './arrival.ts';
import { openContent } from './content.ts';

const MAX = 200_000;
const SIZES = process.env['DOCUMENTS'] === 'full' ? 500 : 40;

describe.each(placeKinds)('on %s', (kind) => {
  let stage: DocumentStage;
  beforeAll(async () => {
    stage = await openDocumentStage(kind, { maxBytes: MAX });
  });
  afterAll(() => stage.close());

  test(
    `${SIZES} random sizes around the limits are kept whole or refused whole`,
    { timeout: 120_000 },
    async () => {
      const who = await stage.uploader();
      const edges = [1, 65_536, 131_072, MAX];
      let kept = 0;
      for (let seed = 0; seed < SIZES; seed += 1) {
        const edge = edges[seed % edges.length] ?? 1;
        const size = Math.max(0, edge - 3 + Math.floor(Math.random() * 7));
        const bringing = bring(stage.deps, who, [textOf(size, seed)]);
        if (size === 0) await expect(bringing).rejects.toMatchObject({ code: 'document.empty' });
        else if (size > MAX)
          await expect(bringing).rejects.toMatchObject({ code: 'document.too_large' });
        else {
          const [document] = (await bringing).documents;
          expect(document?.file_size, `size ${size}`).toBe(size);
          kept += 1;
        }
      }
      expect(kept).toBeGreaterThan(SIZES / 4);
      await stage.expectWhole();
    },
  );

  test('the same content in one workspace is kept once, in two twice, and goes with its last document', async () => {
    const [one, other] = [await stage.uploader(), await stage.uploader()];
    const before = stage.place.keys().length;
    const first = await bring(stage.deps, one, ['shared', 'shared']);
    const second = await bring(stage.deps, one, ['shared']);
    await bring(stage.deps, other, ['shared']);
    expect(stage.place.keys()).toHaveLength(before + 2);
    await stage.expectWhole();
    const ids = [...first.documents, ...second.documents].map(({ id }) => id);
    for (const [index, id] of ids.entries()) {
      await stage.deps.tenants.of(one.workspaceId).tx(async (tx) => {
        await lockBlobs(tx, one.workspaceId);
        await removeDocuments(tx, one.workspaceId, [id]);
      });
      const fault = await sweepAll(stage.deps).catch((error: unknown) => error);
      expect(fault).toBe(index === 2 ? 1 : 0);
      expect(stage.place.keys()).toHaveLength(before + (index === 2 ? 1 : 2));
      await stage.expectWhole();
    }
  });

  test('ten at once with the same content are ten documents with one file', async () => {
    const who = await stage.uploader();
    const before = stage.place.keys().length;
    await Promise.all(Array.from({ length: 10 }, () => bring(stage.deps, who, ['at once'])));
    expect(stage.place.keys()).toHaveLength(before + 1);
    await stage.expectWhole();
  });

  test('the same request again answers the same; another one under its key is refused', async () => {
    const who = await stage.uploader();
    const again = (text: string): ReturnType<typeof bring> =>
      bring(stage.deps, who, [text], { key: 'key-1' });
    const answers = await Promise.all(Array.from({ length: 5 }, () => again('once')));
    expect(new Set(answers.flatMap(({ documents }) => documents.map(({ id }) => id))).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    await expect(again('twice')).rejects.toMatchObject({ code: 'idempotency.mismatch' });
    const someoneElse = await stage.uploader();
    expect((await bring(stage.deps, someoneElse, ['x'], { key: 'key-1' })).replayed).toBe(false);
    await stage.expectWhole();
  });

  test('bytes that changed or went are noticed before one of them is given out', async () => {
    const who = await stage.uploader();
    const spoilt = [Buffer.alloc(2000, 'a'), Buffer.alloc(MAX, 'b')];
    for (const bytes of spoilt) {
      await bring(stage.deps, who, [bytes]);
      const { rows } = await stage.deps.tenants.of(who.workspaceId).query<{
        blob_id: string;
        bucket: string;
        sha256: string;
        size: number;
        path: string;
      }>(
        `select blob_id, storage_bucket as bucket, sha256, file_size as size, storage_path as path
         from client_documents where file_size = $1`,
        [bytes.length],
      );
      const [row] = rows;
      if (row === undefined) throw new Error('There is no such document');
      const open = (): ReturnType<typeof openContent> =>
        openContent(stage.place.storage, who.workspaceId, row);
      expect((await open()).size).toBe(bytes.length);
      for (const other of [Buffer.alloc(bytes.length, 'c'), bytes.subarray(1), Buffer.alloc(0)]) {
        stage.place.spoil(row.path, other);
        expect(await open().catch((error: unknown) => error)).toMatchObject({
          code: 'document.corrupt',
        });
      }
      stage.place.lose(row.path);
      await expect(open()).rejects.toMatchObject({ code: 'document.corrupt' });
      stage.place.spoil(row.path, bytes);
    }
    await stage.expectWhole();
  });
});

test('on the embedded database the same holds', async () => {
  const stage = await openDocumentStage('disk', { engine: 'pglite', quotaBytes: 2000 });
  try {
    const who = await stage.uploader();
    await bring(stage.deps, who, ['shared', 'shared', 'other'], { key: 'k' });
    await bring(stage.deps, who, ['shared', 'shared', 'other'], { key: 'k' });
    await expect(bring(stage.deps, who, [textOf(2000, 1)])).rejects.toMatchObject({
      code: 'document.quota',
    });
    await receiveFile(stage.deps, who.workspaceId, {
      name: '',
      bytes: piecesOf(Buffer.from('left')),
    });
    await sweepAll(stage.deps);
    expect(await stage.expectWhole()).toBe(3);
  } finally {
    await stage.close();
  }
});
