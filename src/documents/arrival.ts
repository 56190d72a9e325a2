/** A file coming in: a row that says so, bytes on the disk, what they are, bytes in the store. No document yet. */
import type { FileKind } from '../domain/document.ts';
import { type Id, newId } from '../domain/id.ts';
import { abandonBlob, beginBlob, type BlobKey, type Content, forgetBlob } from '../store/blobs.ts';
import type { DocumentsDeps } from './deps.ts';
import { findKind } from './file-kind.ts';
import { cleanName, keepName } from './file-name.ts';
import { typeError } from './refusal.ts';
import { keyOf } from './storage.ts';

export interface IncomingFile {
  /** As the sender calls it; may be empty. */
  name: string;
  bytes: AsyncIterable<Uint8Array>;
}

/** A file whose bytes are safe in the store. */
export interface ArrivedFile extends Content {
  blob: BlobKey;
  kind: FileKind;
  fileName: string;
  originalName: string;
}

/**
 * Takes one file in, for a document that `keepFiles` then makes; `discardFiles` takes it back. Throws
 * `document.empty`, `document.too_large`, `document.type_refused`, `document.no_space`, `document.store_failed` and
 * what the source throws; nothing of the file is left then, or the sweep finds it.
 */
export async function receiveFile(
  deps: DocumentsDeps,
  workspaceId: Id,
  file: IncomingFile,
): Promise<ArrivedFile> {
  const { storage, staging, owner } = deps;
  const blob = { workspaceId, id: newId(deps.ids) };
  // First of all: whatever happens from here on, the sweep knows of this file.
  await beginBlob(deps.tenants.of(workspaceId), { ...blob, bucket: storage.bucket, owner });
  try {
    const staged = await staging.write(blob.id, file.bytes, deps.maxBytes);
    const kind = findKind(staged.head, staged.tail, file.name);
    if (kind === undefined) throw typeError();
    await storage.put(keyOf(blob), staged);
    return {
      blob,
      kind,
      size: staged.size,
      sha256: staged.sha256,
      fileName: cleanName(file.name, kind.ending),
      originalName: keepName(file.name),
    };
  } catch (error) {
    await discardFile(deps, blob);
    throw error;
  }
}

/** Takes files back that did not become documents. What cannot be removed now, the sweep removes. */
export async function discardFiles(
  deps: DocumentsDeps,
  files: readonly ArrivedFile[],
): Promise<void> {
  for (const { blob } of files) await discardFile(deps, blob);
}

async function discardFile(deps: DocumentsDeps, blob: BlobKey): Promise<void> {
  try {
    const db = deps.tenants.of(blob.workspaceId);
    if (await abandonBlob(db, blob)) await removeBytes(deps, blob);
  } catch {
    // @NOTE the row stays, and by it the sweep finds the bytes; the reason for discarding is what counts here.
  }
}

/** Removes the bytes of a file that is leaving, then its row: in this order, a crash in between loses nothing. */
export async function removeBytes(
  deps: Pick<DocumentsDeps, 'tenants' | 'staging' | 'storage'>,
  blob: BlobKey,
): Promise<void> {
  await deps.staging.remove(blob.id);
  await deps.storage.remove(keyOf(blob));
  await forgetBlob(deps.tenants.of(blob.workspaceId), blob);
}
