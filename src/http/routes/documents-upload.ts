/** POST /api/documents: files come in, as a form or as a bare body, and become documents. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { keepFiles } from '../../documents/keeping.ts';
import { UPLOAD_SOURCES } from '../../domain/document.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, narrowedTo, sessionOf } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { idempotencyKeyOf } from '../idempotency.ts';
import { documentsOf } from '../documents-deps.ts';
import { withStatus } from '../document-refusals.ts';
import { text } from '../parameters.ts';
import { passRawBodies } from '../raw-body.ts';
import { invalidRequest } from '../refusals.ts';
import { documentSchema } from '../schemas/document.ts';
import { receiveUpload } from '../upload.ts';

/** A sender that is slower keeps a connection and a file open for nothing. */
const PACE = { ms: 20_000, bytes: 20 * 1024 };

const source = z.enum(UPLOAD_SOURCES, { error: `must be one of ${UPLOAD_SOURCES.join(', ')}` });
/** Empty is none, as forms send it; a malformed id is the same 404 as one that is not there. */
const target = text(200)
  .transform((value) => (value === '' ? null : value))
  .optional();

const fields = z.object({
  client_id: target.describe('Client that the document is of.'),
  meeting_id: target.describe('Meeting that the document is of.'),
  upload_source: source.optional().describe('Where it is brought in.'),
});
const query = z.strictObject({
  ...fields.shape,
  file_name: text(1000).optional().describe('Name of a bare body.'),
});

/** Adds the route, in a scope of its own: its body is not read before the handler does. */
export function documentUploadRoutes(signedIn: FastifyInstance, deps: HttpDeps): void {
  signedIn.register(async (scope) => {
    passRawBodies(scope);
    addRoute(scope.withTypeProvider<ZodTypeProvider>(), deps);
  });
}

function addRoute(api: Api, deps: HttpDeps): void {
  api.post(
    '/api/documents',
    {
      config: { takesFiles: true },
      schema: {
        summary: 'Store documents',
        description:
          'A form (multipart/form-data) with the field `file`, up to 20 times, and the fields `client_id`, ' +
          '`meeting_id`, `upload_source`; or the bytes of one file as the body and these as parameters, with ' +
          '`file_name`. What counts is what the bytes are. Several files come back as `data`. With an ' +
          '`Idempotency-Key` the same request again answers 200 with what the first one made.',
        tags: ['documents'],
        consumes: ['multipart/form-data', 'application/octet-stream'],
        security: BEARER,
        querystring: query,
        response: {
          200: documentSchema.or(z.object({ data: z.array(documentSchema) })),
          201: documentSchema.or(z.object({ data: z.array(documentSchema) })),
        },
      },
    },
    async (request, reply) => {
      const documents = documentsOf(deps);
      const { workspaceId, userId } = callerOf(request);
      const key = idempotencyKeyOf(request);
      const { file_name: fileName = '', ...parameters } = request.query;
      const kept = await withStatus(async () => {
        const upload = await receiveUpload({ ...documents, clock: deps.clock }, request, {
          workspaceId,
          fileName,
          pace: deps.settings.uploadPace ?? PACE,
          read: (form) => ({ ...parameters, ...readForm(form) }),
        });
        const { client_id: clientId, meeting_id: meetingId, upload_source: said } = upload.said;
        const fallback = sessionOf(request) === null ? 'api' : 'manual';
        return keepFiles(
          documents,
          {
            workspaceId,
            userId,
            onlyOf: narrowedTo(request),
            address: request.ip,
            key,
            clientId: clientId ?? null,
            meetingId: meetingId ?? null,
            source: said ?? fallback,
          },
          upload.files,
        );
      });
      reply.code(kept.replayed ? 200 : 201);
      const [only, ...others] = kept.documents;
      return only === undefined || others.length > 0 ? { data: kept.documents } : only;
    },
  );
}

/** The fields that are known; a form may have others, which say nothing here. */
function readForm(form: Readonly<Record<string, string>>): z.output<typeof fields> {
  const read = fields.safeParse({ ...form, upload_source: form['upload_source'] || undefined });
  if (read.success) return read.data;
  throw invalidRequest(
    read.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })),
  );
}
