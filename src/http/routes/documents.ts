/** /api/documents: the list, and one document. */
import { z } from 'zod';
import { isId } from '../../domain/id.ts';
import { findDocument, listDocuments } from '../../store/documents.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { HttpDeps } from '../deps.ts';
import { etagOf } from '../etag.ts';
import { cursor, idFilter, idParams, limit, noQuery, search } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { documentSchema } from '../schemas/document.ts';
import { pageSchema } from '../schemas/shared.ts';

const truth = z.enum(['true', 'false'], { error: 'must be true or false' }).optional();

const listQuery = z.strictObject({
  client_id: idFilter,
  meeting_id: idFilter.describe('Documents of the whole series of this meeting.'),
  unassigned: truth.describe('Only documents of no client and no meeting.'),
  q: search,
  include: z.literal('deleted', { error: 'must be deleted' }).optional(),
  limit,
  cursor,
});

/** Adds the routes. */
export function documentRoutes(api: Api, deps: Pick<HttpDeps, 'tenants' | 'secrets'>): void {
  const shared = { tags: ['documents'], security: BEARER };

  api.get(
    '/api/documents',
    {
      schema: {
        ...shared,
        summary: 'List documents, newest first',
        querystring: listQuery,
        response: { 200: pageSchema(documentSchema) },
      },
    },
    async (request) => {
      const { workspaceId } = callerOf(request);
      const { limit: size, cursor: given, ...query } = request.query;
      const scope = { key: deps.secrets.cursor, workspaceId, list: 'documents', filter: query };
      const place = given === undefined ? undefined : readCursor(scope, given);
      const page = await listDocuments(rowsOf(deps, request), workspaceId, {
        filter: {
          clientId: query.client_id,
          meetingId: query.meeting_id,
          unassigned: query.unassigned === 'true',
          q: query.q,
          withDeleted: query.include === 'deleted',
        },
        after: place && { uploadedAt: place['at'] ?? '', id: place['id'] ?? '' },
        limit: size,
      });
      const last = page.more ? page.rows.at(-1) : undefined;
      return {
        data: page.rows,
        next_cursor: last ? writeCursor(scope, { at: last.uploaded_at, id: last.id }) : null,
      };
    },
  );

  api.get(
    '/api/documents/:id',
    {
      schema: {
        ...shared,
        summary: 'Read a document, a deleted one too',
        params: idParams,
        querystring: noQuery,
        response: { 200: documentSchema },
      },
    },
    async (request, reply) => {
      const { workspaceId } = callerOf(request);
      const { id } = request.params;
      const document = isId(id)
        ? await findDocument(rowsOf(deps, request), workspaceId, id)
        : undefined;
      if (document === undefined) throw NOT_FOUND;
      reply.header('etag', etagOf(document));
      return document;
    },
  );
}
