/** GET /api/documents/{id}/content and …/preview: the bytes of a document. */
import type { FastifyRequest } from 'fastify';
import { type Content, openContent } from '../../documents/content.ts';
import { findPixels } from '../../documents/image-size.ts';
import { AppError } from '../../domain/errors.ts';
import { isId, type Id } from '../../domain/id.ts';
import { appendAudit } from '../../store/audit.ts';
import { findDocumentBytes } from '../../store/documents.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { documentsOf } from '../documents-deps.ts';
import { type FileAnswer, sendFile } from '../file-answer.ts';
import { idsOf } from '../ids.ts';
import { idParams, noQuery } from '../parameters.ts';
import { HttpError, NOT_FOUND } from '../problem.ts';

/** What browsers show by themselves, without running anything of it. */
const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'application/pdf']);
/** A small file may be an image of so many pixels that showing it takes all memory. */
const MOST_PIXELS = 64_000_000;
const HEAD_BYTES = 64 * 1024;

type ContentDeps = Pick<HttpDeps, 'tenants' | 'documents' | 'clock' | 'random' | 'log'>;

/** Adds the routes. */
export function documentContentRoutes(api: Api, deps: ContentDeps): void {
  const schema = { tags: ['documents'], security: BEARER, params: idParams, querystring: noQuery };
  api.get(
    '/api/documents/:id/content',
    {
      schema: {
        ...schema,
        summary: 'Download a document',
        description: 'Always an attachment. Takes one `Range`.',
        produces: ['application/octet-stream'],
      },
    },
    async (request, reply) => {
      const file = await open(deps, request, request.params.id);
      return sendFile(request, reply, { ...file, disposition: 'attachment' });
    },
  );

  api.get(
    '/api/documents/:id/preview',
    {
      schema: {
        ...schema,
        summary: 'Show a document',
        description: 'Images (PNG, JPEG, GIF, WebP) and PDF inline, in a sandbox; 415 for others.',
        produces: ['image/*', 'application/pdf'],
      },
    },
    async (request, reply) => {
      const file = await open(deps, request, request.params.id);
      if (!SHOWN.has(file.type) || (await isTooManyPixels(file))) throw noPreview();
      return sendFile(request, reply, { ...file, disposition: 'inline' });
    },
  );
}

async function open(
  deps: ContentDeps,
  request: FastifyRequest,
  id: Id,
): Promise<Omit<FileAnswer, 'disposition'>> {
  const { storage } = documentsOf(deps);
  const { workspaceId, userId: actorId } = callerOf(request);
  const db = rowsOf(deps, request);
  const row = isId(id) ? await findDocumentBytes(db, workspaceId, id) : undefined;
  if (row === undefined) throw NOT_FOUND;
  const content = await openContent(storage, workspaceId, row).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'document.corrupt') {
      deps.log.error('A stored document is corrupt', { document_id: id, error: error.message });
    }
    throw error;
  });
  const entry = { workspaceId, actorId, action: 'document.read', subject: id, address: request.ip };
  await appendAudit(db, entry, idsOf(deps));
  return {
    content,
    type: row.file_type ?? 'application/octet-stream',
    name: row.file_name,
    sha256: row.sha256 ?? '',
  };
}

async function isTooManyPixels(file: { content: Content; type: string }): Promise<boolean> {
  if (!file.type.startsWith('image/')) return false;
  const pieces: Uint8Array[] = [];
  const end = Math.min(HEAD_BYTES, file.content.size) - 1;
  for await (const piece of await file.content.read({ start: 0, end })) {
    if (piece instanceof Uint8Array) pieces.push(piece);
  }
  return (findPixels(Buffer.concat(pieces)) ?? 0) > MOST_PIXELS;
}

function noPreview(): HttpError {
  return new HttpError({
    status: 415,
    code: 'document.no_preview',
    message: 'Only images and PDFs are shown here; others can be downloaded.',
  });
}
