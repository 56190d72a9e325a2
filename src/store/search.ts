/** Looking for text in meetings and clients: the functions that may, and how a page is put together from what they find. */
import type { Id } from '../domain/id.ts';
import type { Sql } from './db.ts';

/** Rows that are looked through one by one before the index is asked. */
const WINDOW = 250;
const LARGEST_WINDOW = 8000;
/** As many in the first window make it likely that a larger one holds a whole page. */
const OFTEN = 3;
const FIRST_CHUNK = 500;
const GROWTH = 4;

/**
 * Up to `wanted` rows that hold a text: what is common is found by looking through the next rows of the list, where the
 * index would have to put all that it finds in order; what is rare is found by the index.
 */
export async function findPage<Row>(
  wanted: number,
  ways: {
    /** Those of the next so many rows of the list that hold the text. */
    look: (window: number) => Promise<Row[]>;
    byIndex: () => Promise<Row[]>;
  },
): Promise<Row[]> {
  const first = await ways.look(WINDOW);
  if (first.length >= wanted) return first;
  if (first.length >= OFTEN) {
    const window = Math.min(LARGEST_WINDOW, Math.ceil((WINDOW * wanted * 1.5) / first.length));
    const second = await ways.look(window);
    if (second.length >= wanted) return second;
  }
  return ways.byIndex();
}

export interface FoundMeeting {
  start_time: string;
  id: Id;
}

export interface MeetingSearch {
  /** For ILIKE. */
  pattern: string;
  newestFirst: boolean;
  after: FoundMeeting | undefined;
  from: string | undefined;
  to: string | undefined;
}

/** At most `most` meetings that hold the text, in the order of their start. What of them may be shown is not decided here. */
async function findMeetings(
  sql: Sql,
  search: MeetingSearch,
  most: number,
): Promise<FoundMeeting[]> {
  const { rows } = await sql.query<FoundMeeting>(
    'select start_time, id from calendly_sync_find_meetings($1, $2, $3, $4, $5, $6, $7)',
    [
      search.pattern,
      search.newestFirst,
      search.after?.start_time ?? null,
      search.after?.id ?? null,
      search.from ?? null,
      search.to ?? null,
      most,
    ],
  );
  return rows;
}

/**
 * Up to `wanted` rows that hold the text: `read` answers which of the found meetings are to be shown, in order.
 * Found ones are asked for in growing chunks, so that a narrow filter costs a few looks, not one for each row.
 */
export async function collectMeetings<Row>(
  sql: Sql,
  search: MeetingSearch,
  { wanted, read }: { wanted: number; read: (ids: readonly Id[]) => Promise<Row[]> },
): Promise<Row[]> {
  const collected: Row[] = [];
  let { after } = search;
  for (let most = FIRST_CHUNK; ; most *= GROWTH) {
    const found = await findMeetings(sql, { ...search, after }, most);
    if (found.length > 0) collected.push(...(await read(found.map(({ id }) => id))));
    after = found.at(-1);
    if (collected.length >= wanted || found.length < most) return collected.slice(0, wanted);
  }
}

/** The same for clients, newest first. */
export async function collectClients<Row>(
  sql: Sql,
  search: { pattern: string; after: Id | undefined },
  { wanted, read }: { wanted: number; read: (ids: readonly Id[]) => Promise<Row[]> },
): Promise<Row[]> {
  const collected: Row[] = [];
  let { after } = search;
  for (let most = FIRST_CHUNK; ; most *= GROWTH) {
    const { rows: found } = await sql.query<{ id: Id }>(
      'select id from calendly_sync_find_clients($1, $2, $3)',
      [search.pattern, after ?? null, most],
    );
    if (found.length > 0) collected.push(...(await read(found.map(({ id }) => id))));
    after = found.at(-1)?.id;
    if (collected.length >= wanted || found.length < most) return collected.slice(0, wanted);
  }
}
