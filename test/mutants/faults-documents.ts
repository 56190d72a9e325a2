/** Planted faults in how documents come in, are kept and go out. */
import type { Fault } from './fault.ts';

const DEATHS = 'src/documents/deaths.pg.test.ts';
const UPLOADS = 'src/documents/uploads.pg.test.ts';
const ARRIVAL = 'src/documents/arrival.ts';

export const documentFaults: readonly Fault[] = [
  {
    name: 'a file is forgotten before its bytes are removed',
    file: ARRIVAL,
    find: '  await deps.staging.remove(blob.id);\n  await deps.storage.remove(keyOf(blob));\n',
    replace:
      '  await forgetBlob(deps.tenants.of(blob.workspaceId), blob);\n  await deps.staging.remove(blob.id);\n  await deps.storage.remove(keyOf(blob));\n',
    test: { file: DEATHS, name: 'leaves after the sweep no row without bytes' },
  },
  {
    name: 'a commit whose answer was lost counts as one that failed',
    file: ARRIVAL,
    find: 'if (await abandonBlob(db, blob)) await removeBytes',
    replace: 'await abandonBlob(db, blob); await removeBytes',
    test: { file: DEATHS, name: 'a commit whose answer is lost' },
  },
  {
    name: 'the sweep removes what is still coming in',
    file: 'src/documents/sweep.ts',
    find: 'if (!arriving.has(id)) ',
    replace: '',
    test: { file: DEATHS, name: 'the sweep leaves alone' },
  },
  {
    name: 'bytes of the right length pass for the right bytes',
    file: 'src/documents/content.ts',
    find: "length !== size || hash.digest('hex') !== sha256",
    replace: 'length !== size',
    test: { file: UPLOADS, name: 'bytes that changed or went are noticed' },
  },
  {
    name: 'uploads of one workspace do not wait for each other',
    file: 'src/documents/keeping.ts',
    find: '  await lockBlobs(tx, workspaceId);\n',
    replace: '',
    test: { file: 'src/documents/quota.pg.test.ts', name: 'of ten at once' },
  },
  {
    name: 'bytes go with the first of their documents',
    file: 'src/store/blobs.ts',
    find: 'where d.workspace_id = $1 and d.blob_id = b.id)',
    replace: 'where d.workspace_id = $1 and d.blob_id = b.id and false)',
    test: { file: UPLOADS, name: 'the same content in one workspace is kept once' },
  },
  {
    name: 'a member’s upload looks for room among the member’s own rows',
    file: 'src/documents/keeping.ts',
    find: 'const db = deps.tenants.of(request.workspaceId);',
    replace: 'const db = deps.tenants.of(request.workspaceId, request.onlyOf);',
    test: { file: 'src/http/documents-own.pg.test.ts', name: 'an upload that needs room' },
  },
  {
    name: 'macros in an office file are not looked for',
    file: 'src/documents/archive-kind.ts',
    find: String.raw`(^|\/)vbaProject\.bin$|`,
    replace: '',
    test: { file: 'src/documents/file-kind.test.ts', name: 'macros are found behind much else' },
  },
  {
    name: 'a download is no attachment in a sandbox',
    file: 'src/http/file-answer.ts',
    find: "attachment: 'sandbox',",
    replace: `attachment: "default-src 'self'",`,
    test: { file: 'src/http/document-content.pg.test.ts', name: 'is only downloaded' },
  },
  {
    name: 'a sender may take as long as it likes',
    file: 'src/http/body-stream.ts',
    find: 'if (came < pace.bytes && !isOver)',
    replace: 'if (came < pace.bytes && !isOver && waitedMs > 3_600_000)',
    test: { file: 'src/http/uploads.pg.test.ts', name: 'that trickles is too slow' },
  },
];
