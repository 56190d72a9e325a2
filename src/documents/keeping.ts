/** Files that arrived become documents: rows, quota, idempotency, feed and audit in one transaction. */
import { createHash } from 'node:crypto';
import type { UploadSource } from '../domain/document.ts';
import { AppError } from '../domain/errors.ts';
import { type Id, newId } from '../domain/id.ts';
import { appendAudit } from '../store/audit.ts';
import { keepBlob, lockBlobs, readUsage } from '../store/blobs.ts';
import type { Tx } from '../store/db.ts';
import { findRoom, holdTargets, insertDocument, removeDocuments } from '../store/document-edits.ts';
import { findDocuments, type DocumentView } from '../store/documents.ts';
import { appendFeed } from '../store/feed.ts';
import { claimKey, keyMismatch } from '../store/idempotency.ts';
import { type ArrivedFile, discardFiles } from './arrival.ts';
import type { DocumentsDeps } from './deps.ts';
import { quotaError } from './refusal.ts';
import { keyOf } from './storage.ts';

export interface KeepRequest {
  workspaceId: Id;
  userId: Id;
  /** The user, where client and meeting have to be ones that he sees as his own. */
  onlyOf?: Id | undefined;
  /** Network address of the request, for the audit trail. */
  address: string | null;
  clientId: Id | null;
  meetingId: Id | null;
  source: UploadSource;
  /** The `Idempotency-Key`; null without one. */
  key: string | null;
}

export interface Kept {
  documents: DocumentView[];
  /** They are those of an earlier request with the same key. */
  replayed: boolean;
}

/**
 * Makes documents of files that arrived, all or none. Throws `document.no_target` where client or meeting is not of
 * this workspace, `document.quota`, `idempotency.mismatch`, `document.upload_lost`; the files are discarded then.
 */
export async function keepFiles(
  deps: DocumentsDeps,
  request: KeepRequest,
  files: readonly ArrivedFile[],
): Promise<Kept> {
  const ids = files.map(() => newId(deps.ids));
  try {
    await requireSeen(deps, request);
    const db = deps.tenants.of(request.workspaceId);
    const kept = await db.tx((tx) => keep({ tx, deps, request, files, ids }));
    // Of a replay all files, else those whose content was kept already.
    await discardFiles(
      deps,
      files.filter((file) => kept.replayed || !kept.blobIds.has(file.blob.id)),
    );
    return kept;
  } catch (error) {
    await discardFiles(deps, files);
    throw error;
  }
}

/** The rows themselves are written with the whole workspace in sight: what others have decides what is kept. */
async function requireSeen(deps: DocumentsDeps, request: KeepRequest): Promise<void> {
  const { workspaceId, onlyOf } = request;
  if (onlyOf === undefined) return;
  const narrowed = deps.tenants.of(workspaceId, onlyOf);
  if (!(await narrowed.tx((tx) => holdTargets(tx, workspaceId, request)))) throw targetError();
}

interface Keeping {
  tx: Tx;
  deps: DocumentsDeps;
  request: KeepRequest;
  files: readonly ArrivedFile[];
  ids: readonly Id[];
}

async function keep(keeping: Keeping): Promise<Kept & { blobIds: ReadonlySet<Id> }> {
  const { tx, deps, request, files, ids } = keeping;
  const { workspaceId } = request;
  await lockBlobs(tx, workspaceId);
  const earlier = await findEarlier(keeping);
  if (earlier !== undefined) {
    const documents = await findDocuments(tx, workspaceId, earlier);
    return { documents, replayed: true, blobIds: new Set() };
  }
  if (!(await holdTargets(tx, workspaceId, request))) throw targetError();
  const blobIds = new Set<Id>();
  for (const [at, file] of files.entries()) {
    const bucket = deps.storage.bucket;
    const blobId = await keepBlob(tx, { ...file.blob, bucket }, file);
    blobIds.add(blobId);
    await insertDocument(tx, {
      workspaceId,
      id: ids[at] ?? newId(deps.ids),
      clientId: request.clientId,
      meetingId: request.meetingId,
      fileName: file.fileName,
      originalName: file.originalName,
      kind: file.kind,
      content: file,
      blobId,
      bucket,
      path: keyOf({ workspaceId, id: blobId }),
      uploadedBy: request.userId,
      source: request.source,
    });
  }
  const gone = await makeRoom(tx, workspaceId, deps.quotaBytes);
  const documents = await findDocuments(tx, workspaceId, ids);
  await tell(keeping, documents, gone);
  return { documents, replayed: false, blobIds };
}

/** The documents that an earlier request with this key made; `undefined` where this one is the first. */
async function findEarlier({ tx, request, files, ids }: Keeping): Promise<Id[] | undefined> {
  const { workspaceId, userId, key } = request;
  if (key === null) return undefined;
  const asked = [request.clientId, request.meetingId, request.source].concat(
    files.flatMap((file) => [file.originalName, file.sha256]),
  );
  const fingerprint = createHash('sha256').update(JSON.stringify(asked)).digest('hex');
  const claim = { workspaceId, userId, key: `upload ${key}`, fingerprint };
  const earlier = await claimKey(tx, claim, ids);
  if (earlier !== undefined && earlier.fingerprint !== fingerprint) throw keyMismatch();
  return earlier?.answer;
}

/** What people have deleted goes for good where the quota needs its space; only then it is exceeded. */
async function makeRoom(tx: Tx, workspaceId: Id, quotaBytes: number | null): Promise<Id[]> {
  if (quotaBytes === null) return [];
  const over = (await readUsage(tx, workspaceId)) - quotaBytes;
  if (over <= 0) return [];
  const gone = await findRoom(tx, workspaceId, over);
  if (gone === undefined) throw quotaError();
  await removeDocuments(tx, workspaceId, gone);
  return gone;
}

async function tell(
  { tx, deps, request }: Keeping,
  documents: readonly DocumentView[],
  gone: readonly Id[],
): Promise<void> {
  const { workspaceId, userId: actorId, address } = request;
  for (const { id, file_size: bytes } of documents) {
    const entry = { workspaceId, actorId, action: 'document.uploaded', subject: id, address };
    await appendAudit(tx, { ...entry, detail: { bytes } }, deps.ids);
  }
  for (const id of gone) {
    const entry = { workspaceId, actorId: null, action: 'document.removed', subject: id };
    await appendAudit(tx, { ...entry, detail: { reason: 'quota' } }, deps.ids);
  }
  const changed = [...documents.map(({ id }) => id), ...gone];
  await appendFeed(tx, workspaceId, {
    at: await tx.clock(),
    entries: changed.map((id) => ({ event: 'document.changed', subjectId: id })),
  });
}

function targetError(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'document.no_target',
    message: 'The client or the meeting that the document was to be of is not here.',
  });
}
