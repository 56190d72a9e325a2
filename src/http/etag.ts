/** Entity tags of rows: when they last changed. `If-Match` is optional; a stale one is 412. */
import { HttpError } from './problem.ts';

/** The tag of a row, for the ETag header. */
export function etagOf(row: { updated_at: string }): string {
  return `"${row.updated_at}"`;
}

/** Refuses with 412 where the header is given and names another state of the row. */
export function requireMatch(ifMatch: string | undefined, row: { updated_at: string }): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  if (ifMatch.split(',').some((tag) => tag.trim() === etagOf(row))) return;
  throw new HttpError({
    status: 412,
    code: 'request.stale',
    message: 'Somebody changed this in the meantime.',
    action: 'Read it again and repeat the change.',
  });
}
