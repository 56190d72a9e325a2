/** Pages as Calendly cuts them: 1 to 100 rows, tokens that are bound to their query and die. */
import { createHash } from 'node:crypto';
import { readMicros, spell } from '../moment.ts';
import type { Json } from '../records.ts';
import { compare } from '../show.ts';
import type { World } from '../state.ts';
import type { Answer, Call } from './call.ts';
import { invalid } from './refusal.ts';

const DEFAULT_COUNT = 20;
const LARGEST_COUNT = 100;
const TIMES = new Set(['min_start_time', 'max_start_time']);

export interface Listing<T> {
  rows: readonly T[];
  /** Whether the rows come in ascending order of their keys already. */
  isSorted?: boolean;
  /** What rows are ordered by; it must be different for each row. */
  keyOf(row: T): string;
  descending: boolean;
  show(row: T): Json;
}

interface Cursor {
  /** The rows after (`n`) or before (`p`) this key, or from this offset on. */
  side: 'n' | 'p';
  key: string;
  offset: number;
  /** Milliseconds since 1970. */
  until: number;
  /** Of path and query in the spelling of `next_page`. */
  query: string;
}

/**
 * One page of a listing, as the query's `count` and `page_token` ask.
 * Refuses with 400 wrong counts and tokens that are foreign, outlived, or of another query: Calendly
 * compares with its own spelling of times (six fractional digits), so `…00Z` repeated is refused.
 */
export function page<T extends object>(call: Call, listing: Listing<T>): Answer {
  const { world } = call;
  const count = countOf(call);
  const { keyOf, descending } = listing;
  const ascending = listing.isSorted
    ? listing.rows
    : listing.rows.toSorted((a, b) => compare(keyOf(a), keyOf(b)));
  const rows = descending ? ascending.toReversed() : ascending;
  /** How many rows stand before `key`, or up to and with it. */
  const upTo = (key: string, included: boolean): number =>
    countWhile(rows, (row) => {
      const order = compare(keyOf(row), key) * (descending ? -1 : 1);
      return order < 0 || (included && order === 0);
    });
  const cursor = readCursor(call);
  let start = 0;
  if (cursor !== undefined && world.readings.pagesBy === 'offset') start = cursor.offset;
  else if (cursor?.side === 'n') start = upTo(cursor.key, true);
  else if (cursor?.side === 'p') start = Math.max(0, upTo(cursor.key, false) - count);
  const shown = rows.slice(start, start + count);
  const [first, last] = [shown[0], shown.at(-1)];
  const next =
    last !== undefined && start + count < rows.length
      ? writeCursor(call, { side: 'n', key: keyOf(last), offset: start + count })
      : null;
  const previous =
    first !== undefined && start > 0
      ? writeCursor(call, { side: 'p', key: keyOf(first), offset: Math.max(0, start - count) })
      : null;
  return {
    status: 200,
    body: {
      collection: shown.map((row) => listing.show(row)),
      pagination: {
        count: shown.length,
        next_page: next === null ? null : pageUrl(call, next),
        previous_page: previous === null ? null : pageUrl(call, previous),
        next_page_token: next,
        previous_page_token: previous,
      },
    },
  };
}

function countOf(call: Call): number {
  const text = call.query.get('count');
  if (text === null) return DEFAULT_COUNT;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > LARGEST_COUNT) {
    throw invalid('count', `must be between 1 and ${LARGEST_COUNT}`);
  }
  return count;
}

/** The length of the beginning of `rows` in which `isBefore` holds; it never holds again behind it. */
function countWhile<T>(rows: readonly T[], isBefore: (row: T) => boolean): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row !== undefined && isBefore(row)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The filters by name, with times as they are or as Calendly itself writes them. */
function filters(call: Call, spelling: 'own' | 'calendly'): [string, string][] {
  return [...call.query]
    .filter(([name]) => name !== 'page_token')
    .map(([name, value]): [string, string] => {
      const micros = spelling === 'calendly' && TIMES.has(name) ? readMicros(value) : undefined;
      return [name, micros === undefined ? value : spell(micros)];
    })
    .toSorted(([a], [b]) => compare(a, b));
}

function queryHash(call: Call, spelling: 'own' | 'calendly'): string {
  return hash(
    call.world,
    `${call.path}?${new URLSearchParams(filters(call, spelling)).toString()}`,
  );
}

function hash(world: World, text: string): string {
  const key = `${world.seed}/${world.story}/pages`;
  return createHash('sha256').update(`${key}\n${text}`).digest('base64url').slice(0, 22);
}

function writeCursor(call: Call, at: Pick<Cursor, 'side' | 'key' | 'offset'>): string {
  const { world } = call;
  const until = world.clock.now() + world.readings.pageTokenLifeMs;
  const cursor: Cursor = { ...at, until, query: queryHash(call, 'calendly') };
  const text = Buffer.from(JSON.stringify(cursor)).toString('base64url');
  return `${text}${hash(world, text)}`;
}

function readCursor(call: Call): Cursor | undefined {
  const { world } = call;
  const token = call.query.get('page_token');
  if (token === null) return undefined;
  const text = token.slice(0, -22);
  if (text === '' || token.slice(-22) !== hash(world, text)) throw refusedToken();
  // The hash shows that this text was written by writeCursor.
  const cursor = JSON.parse(Buffer.from(text, 'base64url').toString()) as Cursor;
  const spelling = world.readings.tokenBoundToSpelling ? 'own' : 'calendly';
  if (world.clock.now() >= cursor.until) throw refusedToken();
  if (cursor.query !== queryHash(call, spelling)) throw refusedToken();
  return cursor;
}

function refusedToken(): Error {
  return invalid('page_token', 'is invalid');
}

function pageUrl(call: Call, token: string): string {
  const own: [string, string] = ['page_token', token];
  const query = [...filters(call, 'calendly'), own].toSorted(([a], [b]) => compare(a, b));
  return `https://api.calendly.com${call.path}?${new URLSearchParams(query).toString()}`;
}
