/** Refusals of the documents' room as HTTP statuses, where the kind of the error alone does not tell. */
import { AppError } from '../domain/errors.ts';
import { HttpError } from './problem.ts';

const STATUS_OF: Readonly<Record<string, number>> = {
  'document.empty': 422,
  'document.too_large': 413,
  'document.type_refused': 415,
  'document.quota': 413,
  'document.no_space': 507,
  'idempotency.mismatch': 422,
};

/** Runs `work`; what it refuses comes out with the status that stands for it. */
export async function withStatus<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const status = error instanceof AppError ? STATUS_OF[error.code] : undefined;
    if (!(error instanceof AppError) || status === undefined) throw error;
    const { code, message, action } = error;
    throw new HttpError({ status, code, message, ...(action !== undefined && { action }) });
  }
}
