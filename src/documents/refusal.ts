/** Why a file is not taken or not given out: one error for each reason, for the edge to turn into a status. */
import { AppError } from '../domain/errors.ts';

/** A file of no bytes. */
export function emptyError(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'document.empty',
    message: 'The file is empty.',
  });
}

/** A file of more bytes than are taken. */
export function tooLargeError(maxBytes: number): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'document.too_large',
    message: `The file is larger than ${Math.floor(maxBytes / 1024 / 1024)} MiB.`,
    action: 'Send a smaller file; DOCUMENT_MAX_MB sets the limit.',
  });
}

/** Bytes of a kind that is not taken, whatever they are called. */
export function typeError(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'document.type_refused',
    message:
      'Files of this kind are not taken; what counts is what is in them, not what they are called.',
    action:
      'Send a PDF, an office document without macros, text, CSV, an image, sound, a film or a ZIP archive.',
  });
}

/** The workspace keeps as many bytes as it may. */
export function quotaError(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'document.quota',
    message: 'The documents of this workspace take up all the space it has.',
    action: 'Delete documents that are not needed; WORKSPACE_QUOTA_MB sets the limit.',
  });
}

/** The store has no room for the file; nothing of it was kept. */
export function spaceError(cause: unknown): AppError {
  return new AppError({
    kind: 'upstream',
    code: 'document.no_space',
    message: 'There is no space left where documents are kept. Nothing was stored.',
    action: 'Make room there and send the file again.',
    cause,
  });
}

/** The store cannot be reached or used. */
export function storeError(reason: string, cause: unknown): AppError {
  return new AppError({
    kind: 'upstream',
    code: 'document.store_failed',
    message: `The place where documents are kept cannot be used: ${reason}.`,
    action: 'See DOCUMENTS_URL, and the AWS variables where it is in S3.',
    cause,
  });
}

/** The bytes that a row speaks of are not there, or are others. */
export function corruptError(reason: 'missing' | 'changed'): AppError {
  return new AppError({
    kind: 'bug',
    code: 'document.corrupt',
    message: `The stored bytes of a document are ${reason}`,
  });
}

/** The bytes are in a place that these settings do not name. */
export function elsewhereError(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'document.elsewhere',
    message: 'The bytes of this document are in another store than the one that is set up here.',
    action: 'See its storage_bucket: DOCUMENTS_URL has to name that store.',
  });
}
