/** Removes bytes that belong to no document: of uploads that broke off, and of documents that are gone. */
import type { Id } from '../domain/id.ts';
import { type Timestamp, timestampFromMs, timestampToMs } from '../domain/timestamp.ts';
import {
  abandonBlobs,
  findArriving,
  listBlobOwners,
  listLeavingBlobs,
} from '../store/loose-blobs.ts';
import { removeBytes } from './arrival.ts';
import type { DocumentsDeps } from './deps.ts';

/** No upload takes as long: its request is cut off long before. */
const LONGEST_UPLOAD_MS = 6 * 3_600_000;
const BATCH = 200;

/** `isGone`: whether a process, named as in `owner`, is certainly not there any more. */
export async function sweepDocuments(
  deps: Pick<DocumentsDeps, 'tenants' | 'storage' | 'staging'>,
  isGone: (owner: string) => boolean,
): Promise<{ removed: number }> {
  const { system } = deps.tenants;
  const now = timestampToMs((await system.clock()) as Timestamp);
  const owners = (await listBlobOwners(system)).filter(isGone);
  await abandonBlobs(system, { owners, before: timestampFromMs(now - LONGEST_UPLOAD_MS) });
  const removed = await removeLeaving(deps);
  await removeStaged(deps);
  return { removed };
}

async function removeLeaving(
  deps: Pick<DocumentsDeps, 'tenants' | 'storage' | 'staging'>,
): Promise<number> {
  const { bucket } = deps.storage;
  let removed = 0;
  let after: Id | null = null;
  for (;;) {
    const blobs = await listLeavingBlobs(deps.tenants.system, { bucket, after, limit: BATCH });
    for (const blob of blobs) await removeBytes(deps, blob);
    removed += blobs.length;
    after = blobs.at(-1)?.id ?? null;
    if (after === null) return removed;
  }
}

/** A file is begun after its row, so that one without a row that says it is arriving is a remainder. */
async function removeStaged(deps: Pick<DocumentsDeps, 'tenants' | 'staging'>): Promise<void> {
  const ids = await deps.staging.list();
  for (let from = 0; from < ids.length; from += BATCH) {
    const batch = ids.slice(from, from + BATCH);
    const arriving = await findArriving(deps.tenants.system, batch);
    for (const id of batch) if (!arriving.has(id)) await deps.staging.remove(id);
  }
}
