/** Lists in the order of their ids, page by page. */
import type { Id } from '../domain/id.ts';
import type { Page } from '../store/page.ts';
import { type CursorScope, readCursor, writeCursor } from './cursor.ts';

/** The page that `query` asks for, as the API shows lists; 400 on `cursor` for one that is not of this list. */
export async function pageById<Row extends { id: Id }>(
  scope: CursorScope,
  query: { limit: number; cursor?: string | undefined },
  read: (page: { after: Id | undefined; limit: number }) => Promise<Page<Row>>,
): Promise<{ data: Row[]; next_cursor: string | null }> {
  const after = query.cursor === undefined ? undefined : readCursor(scope, query.cursor)['id'];
  const { rows, more } = await read({ after, limit: query.limit });
  const last = more ? rows.at(-1) : undefined;
  return { data: rows, next_cursor: last ? writeCursor(scope, { id: last.id }) : null };
}
