/** What Fastify and its plugins refuse by themselves, as our errors with our codes. */
import type { FastifyError } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { ErrorDetail } from '../domain/errors.ts';
import { HttpError, NOT_FOUND } from './problem.ts';

/** Any error of a request as one that `toProblem` knows; others come back as they are. */
export function translateRefusal(error: unknown): unknown {
  if (hasZodFastifySchemaValidationErrors(error)) {
    return invalidRequest(error.validation.flatMap(toDetails));
  }
  if (!isFastifyError(error)) return error;
  const { code, statusCode = 500 } = error;
  return BY_CODE[code]?.() ?? (statusCode < 500 ? badBody('could not be read') : error);
}

/** 400 that names each wrong parameter or body field. */
export function invalidRequest(details: readonly ErrorDetail[]): HttpError {
  const [first] = details;
  return new HttpError({
    status: 400,
    code: 'request.invalid',
    message:
      first === undefined ? 'The request is not valid.' : `\`${first.field}\` ${first.message}.`,
    details,
  });
}

const BY_CODE: Readonly<Record<string, () => unknown>> = {
  FST_ERR_BAD_URL: () => NOT_FOUND,
  FST_ERR_MAX_PARAM_LENGTH: () => NOT_FOUND,
  FST_ERR_CTP_BODY_TOO_LARGE: tooLarge,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: unsupportedMediaType,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => badBody('has another length than Content-Length says'),
};

/** 413, whatever the route's limit is. */
export function tooLarge(): HttpError {
  return new HttpError({
    status: 413,
    code: 'request.too_large',
    message: 'The body is larger than this route takes.',
  });
}

/** 415: only UTF-8 JSON is read. */
export function unsupportedMediaType(): HttpError {
  return new HttpError({
    status: 415,
    code: 'request.media_type',
    message: 'The body has to be JSON in UTF-8.',
    action: 'Send `Content-Type: application/json`.',
  });
}

/** 400 for a body that could not be read at all. */
export function badBody(message: string): HttpError {
  return invalidRequest([{ field: 'body', message }]);
}

interface ZodIssue {
  instancePath: string;
  message?: string | undefined;
  params: Record<string, unknown>;
}

function toDetails(issue: ZodIssue): ErrorDetail[] {
  const path = issue.instancePath.split('/').filter((part) => part !== '');
  const { keys } = issue.params;
  if (Array.isArray(keys)) {
    return keys.map((key) => ({
      field: [...path, String(key)].join('.'),
      message: 'is not known here',
    }));
  }
  const message = (issue.message ?? 'is not valid').replace(/^Invalid input: /, '');
  return [{ field: path.length === 0 ? 'body' : path.join('.'), message }];
}

function isFastifyError(error: unknown): error is FastifyError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('FST_')
  );
}
