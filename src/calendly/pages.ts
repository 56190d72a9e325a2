/** Lists page by page: only an explicit null ends one, and nothing goes round in circles. */
import type { Json } from '../domain/json.ts';
import { CalendlyError } from './errors.ts';
import { pageSchema } from './wire.ts';

export interface Page {
  /** As they came; each is read (or set aside) on its own. */
  items: unknown[];
  /** The token of the next page; null on the last one. */
  nextToken: string | null;
  /** HTTP requests that this page took, retries included. */
  requests: number;
}

/** Reads the page behind `token` (null: the first). */
export type PageReader = (token: string | null) => Promise<{ body: Json; requests: number }>;

/**
 * All pages from `first` on. Throws `calendly.shape` for an envelope without a list or an honest
 * token, `calendly.token_loop` for a token seen before, `calendly.endless_list` after `most` pages.
 */
export async function* walkPages(
  read: PageReader,
  first: string | null,
  most: number,
): AsyncGenerator<Page, void, undefined> {
  const seen = new Set<string>();
  let token = first;
  for (let page = 0; page < most; page += 1) {
    if (token !== null) seen.add(token);
    const { body, requests } = await read(token);
    const envelope = pageSchema.safeParse(body);
    if (!envelope.success) throw new CalendlyError('calendly.shape');
    const nextToken = envelope.data.pagination.next_page_token;
    if (nextToken !== null && seen.has(nextToken)) throw new CalendlyError('calendly.token_loop');
    yield { items: envelope.data.collection, nextToken, requests };
    if (nextToken === null) return;
    token = nextToken;
  }
  throw new CalendlyError('calendly.endless_list');
}
