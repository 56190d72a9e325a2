/** The one error class of this program, and the kinds that every boundary understands. */

export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'denied'
  | 'not_found'
  | 'conflict'
  | 'busy'
  | 'upstream'
  | 'bug';

export interface AppErrorOptions {
  kind: ErrorKind;
  /** Stable, dotted and unique, for example `meeting.not_found`; scripts may branch on it. */
  code: string;
  /** A sentence for a person; holds no secret and nobody's data. */
  message: string;
  /** What the person can do about it. */
  action?: string | undefined;
  details?: readonly ErrorDetail[] | undefined;
  cause?: unknown;
}

export interface ErrorDetail {
  /** The setting, parameter or body field that is wrong. */
  field: string;
  message: string;
}

export class AppError extends Error {
  override readonly name: string = 'AppError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly action: string | undefined;
  readonly details: readonly ErrorDetail[];

  constructor(options: AppErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = options.kind;
    this.code = options.code;
    this.action = options.action;
    this.details = options.details ?? [];
  }
}

/** Any thrown thing as a short text that is safe to log: names and codes, never data or SQL values. */
export function describeError(error: unknown): { name: string; code: string; message: string } {
  if (error instanceof AppError) {
    return { name: error.name, code: error.code, message: error.message };
  }
  if (error instanceof Error) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
    return { name: error.name, code, message: error.message };
  }
  return { name: 'unknown', code: 'unknown', message: 'Something that is no error was thrown' };
}
