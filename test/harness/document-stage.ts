/** The room of documents alone, on a real database and a real place, with what its tests do over and over. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { addUser } from '../../src/accounts/users.ts';
import { receiveFile } from '../../src/documents/arrival.ts';
import type { DocumentsDeps } from '../../src/documents/deps.ts';
import { type Kept, keepFiles, type KeepRequest } from '../../src/documents/keeping.ts';
import { keyOf } from '../../src/documents/storage.ts';
import { systemRandom } from '../../src/base/random.ts';
import { systemClock } from '../../src/base/time.ts';
import { type Id, type IdSource, newId } from '../../src/domain/id.ts';
import type { Db } from '../../src/store/db.ts';
import { tenantsOf } from '../../src/store/tenants.ts';
import { type Engine, freshDatabase } from './database.ts';
import { type DocumentPlace, makePlace, type PlaceKind } from './document-places.ts';
import { documentsAt } from './document-world.ts';

export interface Uploader {
  workspaceId: Id;
  userId: Id;
}

export interface DocumentStage {
  db: Db;
  place: DocumentPlace;
  deps: DocumentsDeps;
  /** A new workspace with one user. */
  uploader(): Promise<Uploader>;
  /** Every row has its bytes, all bytes have a row that is in use, nothing is on its way. Answers the documents. */
  expectWhole(about?: string): Promise<number>;
  close(): Promise<void>;
}

export async function openDocumentStage(
  kind: PlaceKind,
  options: { engine?: Engine; maxBytes?: number; quotaBytes?: number } = {},
): Promise<DocumentStage> {
  const { db, drop } = await freshDatabase(options.engine ?? 'postgres');
  const place = await makePlace(kind);
  const ids: IdSource = {
    now: () => systemClock.now(),
    bytes: (length) => systemRandom.bytes(length),
  };
  const deps = documentsAt(place, { tenants: tenantsOf(db), ids }, options);

  async function across<Row>(text: string): Promise<Row[]> {
    const across = `set local calendly_sync.system = 'on'`;
    return (await db.tx((tx) => tx.query<Row>(text), across)).rows;
  }

  return {
    db,
    place,
    deps,
    async uploader() {
      const workspaceId = newId(ids);
      return db.tx(async (tx) => {
        await tx.query('insert into workspaces (id, name, created_at) values ($1, $2, $3)', [
          workspaceId,
          'W',
          await tx.clock(),
        ]);
        const email = `${workspaceId}@example.com`;
        const user = await addUser(tx, { workspaceId, email, role: 'admin' }, ids);
        return { workspaceId, userId: user.id };
      }, `set local calendly_sync.system = 'on'`);
    },
    async expectWhole(about = '') {
      const rows = await across<{ workspace: Id; blob: Id; sha256: string; state: string }>(
        `select d.workspace_id as workspace, d.blob_id as blob, d.sha256, b.state from client_documents d
         left join document_blobs b on b.workspace_id = d.workspace_id and b.id = d.blob_id`,
      );
      for (const { workspace, blob, sha256, state } of rows) {
        const bytes = place.read(keyOf({ workspaceId: workspace, id: blob }));
        expect(createHash('sha256').update(bytes).digest('hex'), about).toBe(sha256);
        expect(state, about).toBe('kept');
      }
      const inUse = rows.map(({ workspace, blob }) => keyOf({ workspaceId: workspace, id: blob }));
      expect(place.keys(), about).toEqual([...new Set(inUse)].toSorted());
      const blobs = await across<{ id: Id }>('select id from document_blobs');
      expect(blobs, about).toHaveLength(place.keys().length);
      expect(place.staged(), about).toEqual([]);
      return rows.length;
    },
    async close() {
      await drop();
      await place.close();
    },
  };
}

/** Brings files in and keeps them, as one request does. */
export async function bring(
  deps: DocumentsDeps,
  who: Uploader,
  files: readonly (Buffer | string)[],
  request: Partial<KeepRequest> = {},
): Promise<Kept> {
  const arrived = [];
  for (const file of files) {
    const bytes = piecesOf(Buffer.from(file));
    arrived.push(await receiveFile(deps, who.workspaceId, { name: 'paper.txt', bytes }));
  }
  const plain = { address: null, clientId: null, meetingId: null, key: null };
  return keepFiles(deps, { ...plain, source: 'api', ...who, ...request }, arrived);
}

/** In pieces of up to 64 KiB, as they come from a connection. */
export async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** Text of this length, different for each `seed`. */
export function textOf(length: number, seed: number): Buffer {
  return Buffer.alloc(length, `${seed} `);
}
