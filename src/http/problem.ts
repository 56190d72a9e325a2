/** Errors as RFC 9457 problems: the one table from our kinds to HTTP statuses, and what may be told. */
import { STATUS_CODES } from 'node:http';
import { AppError, type ErrorDetail, type ErrorKind } from '../domain/errors.ts';
import { DatabaseError } from '../store/database-error.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

const STATUS_OF: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  denied: 403,
  not_found: 404,
  conflict: 409,
  bug: 500,
  upstream: 502,
  busy: 503,
};

/** An error of HTTP itself, for statuses that no kind stands for. */
export class HttpError extends AppError {
  override readonly name: string = 'HttpError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(options: {
    status: number;
    code: string;
    message: string;
    action?: string;
    details?: readonly ErrorDetail[];
    headers?: Readonly<Record<string, string>>;
  }) {
    super({ ...options, kind: 'invalid' });
    this.status = options.status;
    this.headers = options.headers ?? {};
  }
}

export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  detail: string;
  code: string;
  errors?: readonly ErrorDetail[];
  action?: string;
  request_id?: string;
}

export interface ProblemAnswer {
  problem: Problem;
  headers: Readonly<Record<string, string>>;
}

const NO_HEADERS = {};
const SOON = { 'retry-after': '5' };

/**
 * What the outside may know of an error. Whatever is no `AppError`, or is a bug, shows the request id
 * only. 401 and 404 have no request id in the body: whatever their reason, they are the same bytes.
 */
export function toProblem(error: unknown, requestId: string): ProblemAnswer {
  const { status, shown, headers } = judge(error);
  const problem: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: shown.message,
    code: shown.code,
  };
  if (shown.details.length > 0) problem.errors = shown.details;
  if (shown.action !== undefined) problem.action = shown.action;
  if (status !== 401 && status !== 404) problem.request_id = requestId;
  return { problem, headers };
}

interface Judgement {
  status: number;
  shown: AppError;
  headers: Readonly<Record<string, string>>;
}

function judge(error: unknown): Judgement {
  if (error instanceof HttpError) {
    return { status: error.status, shown: error, headers: error.headers };
  }
  if (error instanceof DatabaseError && (error.kind === 'upstream' || error.kind === 'busy')) {
    return { status: 503, shown: NO_DATABASE, headers: SOON };
  }
  // Any other refusal of the database is our own mistake, whatever its kind.
  if (!(error instanceof AppError) || error instanceof DatabaseError || error.kind === 'bug') {
    return { status: 500, shown: UNKNOWN, headers: NO_HEADERS };
  }
  const status = STATUS_OF[error.kind];
  if (status === 401) {
    return { status, shown: UNAUTHENTICATED, headers: { 'www-authenticate': 'Bearer' } };
  }
  if (status === 404) return { status, shown: NOT_FOUND, headers: NO_HEADERS };
  return { status, shown: error, headers: status === 503 ? SOON : NO_HEADERS };
}

export const UNAUTHENTICATED = new AppError({
  kind: 'unauthenticated',
  code: 'request.unauthenticated',
  message: 'This needs a session, or a valid token in the Authorization header.',
  action:
    'Sign in, or make a token with `calendly-sync user token` and send it as `Authorization: Bearer …`.',
});

export const NOT_FOUND = new AppError({
  kind: 'not_found',
  code: 'request.not_found',
  message: 'There is nothing here.',
});

const UNKNOWN = new AppError({
  kind: 'bug',
  code: 'server.failed',
  message: 'Something went wrong here. The log has more under this request id.',
});

const NO_DATABASE = new AppError({
  kind: 'busy',
  code: 'server.no_database',
  message: 'The database does not answer at the moment.',
  action: 'Try again in a few seconds.',
});
