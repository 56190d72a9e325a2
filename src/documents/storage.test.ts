/** What holds for every place where documents are kept, and what only a bucket can do wrong. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DocumentPlace, makePlace, placeKinds } from '../../test/harness/document-places.ts';
import { systemClock } from '../base/time.ts';
import { openS3 } from './s3.ts';
import { keyOf, type StagedFile } from './storage.ts';

const ID = '01890000-0000-7000-8000-0000000000ab';
const KEY = keyOf({ workspaceId: '01890000-0000-7000-8000-000000000001', id: ID });

let place: DocumentPlace;
afterEach(() => place.close());

function piecesOf(...pieces: readonly Buffer[]): AsyncIterable<Buffer> {
  return (async function* give() {
    yield* pieces;
  })();
}

function stage(bytes: Buffer): Promise<StagedFile> {
  return place.staging.write(ID, piecesOf(bytes), bytes.length);
}

describe.each(placeKinds)('on %s', (kind) => {
  beforeEach(async () => {
    place = await makePlace(kind);
  });

  test('bytes come out as they went in, whole and in part, and nothing stays staged', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    await place.storage.put(KEY, await stage(bytes));
    expect(place.staged()).toEqual([]);
    expect(place.keys()).toEqual([KEY]);
    expect(bytes.equals(await buffer(await place.storage.read(KEY)))).toBe(true);
    const part = await buffer(await place.storage.read(KEY, { start: 1000, end: 1999 }));
    expect(part.equals(bytes.subarray(1000, 2000))).toBe(true);
  });

  test('the same key again replaces: who stores it twice has stored it', async () => {
    await place.storage.put(KEY, await stage(Buffer.from('first')));
    await place.storage.put(KEY, await stage(Buffer.from('second')));
    expect(await buffer(await place.storage.read(KEY))).toEqual(Buffer.from('second'));
  });

  test('what is not there is missing, and can be removed all the same', async () => {
    await expect(place.storage.read(KEY)).rejects.toMatchObject({
      code: 'document.corrupt',
      message: expect.stringContaining('missing'),
    });
    await place.storage.remove(KEY);
    await place.storage.put(KEY, await stage(Buffer.from('x')));
    await place.storage.remove(KEY);
    await place.storage.remove(KEY);
    expect(place.keys()).toEqual([]);
  });

  test('ten files at once are ten files', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `${ID.slice(0, -1)}${index}`);
    await Promise.all(
      ids.map(async (id) => {
        const staged = await place.staging.write(id, piecesOf(Buffer.from(id)), 100);
        await place.storage.put(keyOf({ workspaceId: ID, id }), staged);
      }),
    );
    expect(place.keys()).toHaveLength(10);
    for (const id of ids) {
      const kept = await buffer(await place.storage.read(keyOf({ workspaceId: ID, id })));
      expect(kept.toString()).toBe(id);
    }
  });
});

describe('staging', () => {
  beforeEach(async () => {
    place = await makePlace('disk');
  });

  test('counts, hashes and keeps both ends, over any number of pieces', async () => {
    const bytes = Buffer.alloc(200_000, 'abc');
    const pieces = [bytes.subarray(0, 1), bytes.subarray(1, 70_000), bytes.subarray(70_000)];
    const staged = await place.staging.write(ID, piecesOf(...pieces), bytes.length);
    expect(staged).toMatchObject({
      size: 200_000,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(staged.head.equals(bytes.subarray(0, 65_536))).toBe(true);
    expect(staged.tail.equals(bytes.subarray(-65_536))).toBe(true);
  });

  test.each([
    ['nothing', 0, 'document.empty'],
    ['one byte more than is taken', 11, 'document.too_large'],
  ])('refuses %s', async (_what, length, code) => {
    const write = place.staging.write(ID, piecesOf(Buffer.alloc(length)), 10);
    await expect(write).rejects.toMatchObject({ code });
  });

  test('passes on what its source throws, and lists what is left, but nothing that is not its own', async () => {
    const broken = (async function* give() {
      yield Buffer.from('half');
      throw new Error('cut off');
    })();
    await expect(place.staging.write(ID, broken, 10)).rejects.toThrow('cut off');
    writeFileSync(join(place.stagingDir, 'somebody-elses.txt'), 'x');
    expect(await place.staging.list()).toEqual([ID]);
    await place.staging.remove(ID);
    expect(await place.staging.list()).toEqual([]);
    expect(place.staged()).toEqual(['somebody-elses.txt']);
  });
});

describe('a bucket', () => {
  beforeEach(async () => {
    place = await makePlace('s3');
  });

  function faults(...list: NonNullable<DocumentPlace['s3']>['faults']): void {
    place.s3?.faults.push(...list);
  }

  test('that is busy or breaks the connection is asked again, twice at most', async () => {
    faults({ status: 503, code: 'SlowDown' }, 'cut');
    await place.storage.put(KEY, await stage(Buffer.from('x')));
    expect(place.s3?.requests).toHaveLength(3);
    faults('cut', 'cut', 'cut');
    await expect(place.storage.read(KEY)).rejects.toMatchObject({ code: 'document.store_failed' });
  });

  test.each([
    [{ status: 403, code: 'AccessDenied' }, 'document.store_failed', 'AccessDenied'],
    [{ status: 404, code: 'NoSuchBucket' }, 'document.store_failed', 'NoSuchBucket'],
    [{ status: 507, code: 'XMinioStorageFull' }, 'document.no_space', 'no space'],
    [{ status: 403, code: 'QuotaExceeded' }, 'document.no_space', 'no space'],
  ])('that answers %o to an upload is told of in words', async (fault, code, words) => {
    faults(fault);
    const put = place.storage.put(KEY, await stage(Buffer.from('x')));
    await expect(put).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    expect(place.s3?.requests).toHaveLength(1);
    expect(place.staged()).toEqual([ID]);
  });

  test('takes nothing signed with another key', async () => {
    const { endpoint = '', region = '', keyId = '' } = place.s3 ?? {};
    const other = openS3({
      ...{ bucket: 'papers', prefix: '', endpoint, region, clock: systemClock },
      credentials: { keyId, secretKey: 'another', sessionToken: null },
    });
    const put = other.put(KEY, await stage(Buffer.from('x')));
    await expect(put).rejects.toMatchObject({
      message: expect.stringContaining('SignatureDoesNotMatch'),
    });
    await other.close();
    expect(place.keys()).toEqual([]);
  });

  test('refuses bytes that changed after they were hashed', async () => {
    const staged = await stage(Buffer.from('first'));
    writeFileSync(staged.path, 'other');
    await expect(place.storage.put(KEY, staged)).rejects.toMatchObject({
      code: 'document.store_failed',
    });
    expect(place.keys()).toEqual([]);
  });
});
