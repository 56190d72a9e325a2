/** What users do with a document: name it, assign it, delete it, bring it back. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { endingOf } from '../../documents/file-kind.ts';
import { cleanName } from '../../documents/file-name.ts';
import { isId, type Id } from '../../domain/id.ts';
import { appendAudit } from '../../store/audit.ts';
import { lockBlobs } from '../../store/blobs.ts';
import type { Tx } from '../../store/db.ts';
import {
  editDocument,
  holdTargets,
  lockDocument,
  removeDocuments,
  setDeleted,
} from '../../store/document-edits.ts';
import { type DocumentView, findDocument } from '../../store/documents.ts';
import { appendFeed } from '../../store/feed.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, requireAdmin, rowsOf } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { etagOf, requireMatch } from '../etag.ts';
import { idsOf } from '../ids.ts';
import { idParams, noQuery, text } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { documentSchema } from '../schemas/document.ts';

/** A malformed id is the same 404 as one that is not there. */
const target = text(200).nullable().optional();
const editBody = z.strictObject({
  file_name: text(1000).trim().min(1, 'must not be blank').optional(),
  client_id: target,
  meeting_id: target,
});
const removeQuery = z.strictObject({
  purge: z.enum(['true', 'false'], { error: 'must be true or false' }).optional(),
});

type EditDeps = Pick<HttpDeps, 'tenants' | 'clock' | 'random'>;

/** Adds the routes. */
export function documentEditRoutes(api: Api, deps: EditDeps): void {
  const shared = { tags: ['documents'], security: BEARER, params: idParams };

  api.patch(
    '/api/documents/:id',
    {
      schema: {
        ...shared,
        summary: 'Name or assign a document',
        description: 'Null takes it from its client or meeting; of neither it is in the tray.',
        querystring: noQuery,
        body: editBody,
        response: { 200: documentSchema },
      },
    },
    async (request, reply) => {
      const { file_name: fileName, client_id: clientId, meeting_id: meetingId } = request.body;
      const document = await change(deps, request, async ({ tx, workspaceId, id, locked }) => {
        const targets = { clientId: clientId ?? null, meetingId: meetingId ?? null };
        if (locked.deleted || !(await holdTargets(tx, workspaceId, targets))) throw NOT_FOUND;
        const ending = endingOf(locked.file_name) || 'bin';
        const name = fileName === undefined ? undefined : cleanName(fileName, ending);
        await editDocument(tx, { workspaceId, id }, { fileName: name, clientId, meetingId });
        return 'document.edited';
      });
      if (document === undefined) throw NOT_FOUND;
      reply.header('etag', etagOf(document));
      return document;
    },
  );

  api.delete(
    '/api/documents/:id',
    {
      schema: {
        ...shared,
        summary: 'Delete a document',
        description:
          'It can be brought back, unless the quota needs its space. With `purge=true`, for admins, it is gone for good.',
        querystring: removeQuery,
        response: { 200: z.object({ success: z.literal(true) }) },
      },
    },
    async (request) => {
      const forGood = request.query.purge === 'true';
      if (forGood) requireAdmin(callerOf(request));
      await change(deps, request, async ({ tx, workspaceId, id, locked }) => {
        if (forGood) {
          await removeDocuments(tx, workspaceId, [id]);
          return 'document.removed';
        }
        if (locked.deleted) return null;
        await setDeleted(tx, { workspaceId, id }, true);
        return 'document.deleted';
      });
      return { success: true as const };
    },
  );

  api.post(
    '/api/documents/:id/restore',
    {
      schema: {
        ...shared,
        summary: 'Bring a deleted document back',
        querystring: noQuery,
        response: { 200: documentSchema },
      },
    },
    async (request) => {
      const document = await change(deps, request, async ({ tx, workspaceId, id, locked }) => {
        if (!locked.deleted) return null;
        await setDeleted(tx, { workspaceId, id }, false);
        return 'document.restored';
      });
      if (document === undefined) throw NOT_FOUND;
      return document;
    },
  );
}

interface Change {
  tx: Tx;
  workspaceId: Id;
  id: Id;
  locked: NonNullable<Awaited<ReturnType<typeof lockDocument>>>;
}

/**
 * One change of one document: locked, held against `If-Match`, recorded and announced. `work` answers what it did, null
 * for nothing. Answers the document as it is then; `undefined` where it is gone.
 */
async function change(
  deps: EditDeps,
  request: FastifyRequest<{ Params: { id: Id } }>,
  work: (change: Change) => Promise<string | null>,
): Promise<DocumentView | undefined> {
  const { workspaceId, userId: actorId } = callerOf(request);
  const { id } = request.params;
  if (!isId(id)) throw NOT_FOUND;
  return rowsOf(deps, request).tx(async (tx) => {
    // before the row, as an upload that makes room does
    await lockBlobs(tx, workspaceId);
    const locked = await lockDocument(tx, workspaceId, id);
    if (locked === undefined) throw NOT_FOUND;
    requireMatch(request.headers['if-match'], locked);
    const action = await work({ tx, workspaceId, id, locked });
    const document = await findDocument(tx, workspaceId, id);
    if (action === null) return document;
    const entry = { workspaceId, actorId, action, subject: id, address: request.ip };
    await appendAudit(tx, entry, idsOf(deps));
    const entries = [{ event: 'document.changed', subjectId: id }];
    await appendFeed(tx, workspaceId, { at: await tx.clock(), entries });
    return document;
  });
}
