/** The room of documents as routes find it. */
import type { DocumentsDeps } from '../documents/deps.ts';
import { AppError } from '../domain/errors.ts';
import type { HttpDeps } from './deps.ts';

/** Throws 503 where this server was started without a place for documents. */
export function documentsOf(deps: Pick<HttpDeps, 'documents'>): DocumentsDeps {
  if (deps.documents !== undefined) return deps.documents;
  throw new AppError({
    kind: 'busy',
    code: 'document.no_store',
    message: 'This server keeps no documents.',
  });
}
