/** A process that dies at any step of an upload or a sweep: never a row without bytes, and no bytes without a row after the sweep. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeKinds } from '../../test/harness/document-places.ts';
import { bring, type DocumentStage, openDocumentStage } from '../../test/harness/document-stage.ts';
import { sweepAll } from '../../test/harness/document-world.ts';
import type { Death } from '../../test/harness/mortal-db.ts';
import { mortalDocuments } from '../../test/harness/mortal-documents.ts';
import { lockBlobs } from '../store/blobs.ts';
import { removeDocuments } from '../store/document-edits.ts';
import { tenantsOf } from '../store/tenants.ts';
import { receiveFile } from './arrival.ts';
import { keepFiles } from './keeping.ts';
import { sweepDocuments } from './sweep.ts';

describe.each(placeKinds)('on %s', (kind) => {
  let stage: DocumentStage;
  beforeAll(async () => {
    stage = await openDocumentStage(kind);
  });
  afterAll(() => stage.close());

  describe.each<Death>(['before', 'after'])('a process that dies %s a step', (death) => {
    test('leaves after the sweep no row without bytes and no bytes without a row', async () => {
      const who = await stage.uploader();
      await bring(stage.deps, who, ['known']);
      let number = 1;
      for (; number < 60; number += 1) {
        const dying = mortalDocuments(stage.deps, stage.db, { number, death });
        // a file of its own, and one whose content is kept already
        const bringing = bring(dying, who, [`new ${death} ${number}`, 'known'], {
          key: `${death} ${number}`,
        });
        const isKept = await bringing.then(
          () => true,
          () => false,
        );
        await sweepAll(stage.deps);
        await stage.expectWhole(`${death} step ${number}`);
        // who asks again gets what the dead one made, or makes it
        await bring(stage.deps, who, [`new ${death} ${number}`, 'known'], {
          key: `${death} ${number}`,
        });
        await stage.expectWhole(`${death} step ${number}, again`);
        if (isKept && !dying.isDead) break;
      }
      // begin, write, put of both, keep, and the removal of what was kept already
      expect(number).toBeGreaterThan(9);
      expect(number).toBeLessThan(60);
    });

    test('in the middle of the sweep is followed by one that ends it', async () => {
      const who = await stage.uploader();
      let number = 1;
      for (; number < 40; number += 1) {
        const { documents } = await bring(stage.deps, who, [`${death} swept ${number}`]);
        await stage.deps.tenants.of(who.workspaceId).tx(async (tx) => {
          await lockBlobs(tx, who.workspaceId);
          await removeDocuments(
            tx,
            who.workspaceId,
            documents.map(({ id }) => id),
          );
        });
        const dying = mortalDocuments(stage.deps, stage.db, { number, death });
        // @NOTE how a dead process's sweep rejects is nobody's business
        await sweepAll(dying).catch(() => undefined);
        await sweepAll(stage.deps);
        await stage.expectWhole(`${death} step ${number}`);
        if (!dying.isDead) break;
      }
      // look for owners, give up, list, remove twice, forget, list again
      expect(number).toBeGreaterThan(6);
      expect(number).toBeLessThan(40);
    });
  });

  test('a commit whose answer is lost has made its documents, bytes and all', async () => {
    const who = await stage.uploader();
    const { db } = stage;
    let keeps = 0;
    const lossy = tenantsOf({
      ...db,
      engine: db.engine,
      warnings: db.warnings,
      query: (text, params) => db.query(text, params),
      script: (text) => db.script(text),
      clock: () => db.clock(),
      listen: (channel, heard) => db.listen(channel, heard),
      upkeep: () => db.upkeep(),
      close: () => Promise.resolve(),
      async tx(work, opening) {
        let isKeeping = false;
        const result = await db.tx(async (tx) => {
          const watched: typeof tx = {
            query: (text, params) => {
              isKeeping ||= text.includes('insert into client_documents');
              return tx.query(text, params);
            },
            script: (text) => tx.script(text),
            clock: () => tx.clock(),
            onCommit: (run) => tx.onCommit(run),
          };
          return work(watched);
        }, opening);
        if (!isKeeping) return result;
        keeps += 1;
        throw new Error('The connection broke');
      },
    });
    await expect(bring({ ...stage.deps, tenants: lossy }, who, ['lost'])).rejects.toThrow('broke');
    expect(keeps).toBe(1);
    const documents = await stage.expectWhole();
    expect(documents).toBeGreaterThan(0);
    const { rows } = await stage.deps.tenants
      .of(who.workspaceId)
      .query('select file_size from client_documents');
    expect(rows).toEqual([{ file_size: 4 }]);
  });

  test('a file that stops coming half-way leaves nothing', async () => {
    const who = await stage.uploader();
    const half = (async function* give() {
      yield Buffer.from('half');
      throw new Error('cut off');
    })();
    const receiving = receiveFile(stage.deps, who.workspaceId, { name: 'x.txt', bytes: half });
    await expect(receiving).rejects.toThrow('cut off');
    await stage.expectWhole();
  });

  test('the sweep leaves alone what a process that lives is bringing in', async () => {
    const who = await stage.uploader();
    const midway = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slow = (async function* give() {
      yield Buffer.from('first, ');
      midway.resolve();
      await goOn.promise;
      yield Buffer.from('second');
    })();
    const receiving = receiveFile(stage.deps, who.workspaceId, { name: 'x.txt', bytes: slow });
    await midway.promise;
    await sweepDocuments(stage.deps, () => false);
    goOn.resolve();
    const outcome = await receiving.then(
      ({ size }) => size,
      (error: unknown) => error,
    );
    expect(outcome).toBe('first, second'.length);
    const file = await receiving;
    await sweepDocuments(stage.deps, () => false);
    // and what is given up meanwhile never becomes a row
    await sweepAll(stage.deps);
    const plain = { address: null, clientId: null, meetingId: null, key: null };
    const keeping = keepFiles(stage.deps, { ...plain, source: 'api', ...who }, [file]);
    await expect(keeping).rejects.toMatchObject({ code: 'document.upload_lost' });
    await stage.expectWhole();
  });
});
