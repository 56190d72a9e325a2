/** Places in a list, signed: a cursor is good for the workspace, the list and the filters it was made for. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonical, type Json, type JsonObject } from '../domain/json.ts';
import { invalidRequest } from './refusals.ts';

const MAC_BYTES = 16;

export interface CursorScope {
  key: Uint8Array;
  workspaceId: string;
  /** Name of the list, for example `meetings`. */
  list: string;
  /** Every filter and the order, as given; not `limit`. */
  filter: { readonly [name: string]: Json | undefined };
}

/** The cursor text of a place, URL-safe. */
export function writeCursor(scope: CursorScope, place: JsonObject): string {
  const body = Buffer.from(JSON.stringify(place));
  return Buffer.concat([mac(scope, body), body]).toString('base64url');
}

/** The place that a cursor names; 400 on `cursor` for any text that this scope did not write. */
export function readCursor(scope: CursorScope, cursor: string): Readonly<Record<string, string>> {
  const bytes = Buffer.from(cursor, 'base64url');
  const body = bytes.subarray(MAC_BYTES);
  // Compared after writing it again: base64url has several spellings of the same bytes.
  const genuine =
    bytes.length > MAC_BYTES &&
    bytes.toString('base64url') === cursor &&
    timingSafeEqual(bytes.subarray(0, MAC_BYTES), mac(scope, body));
  if (!genuine) {
    throw invalidRequest([
      { field: 'cursor', message: 'is not a cursor of this list with these filters' },
    ]);
  }
  const place: unknown = JSON.parse(body.toString());
  if (place === null || typeof place !== 'object') return {};
  return Object.fromEntries(Object.entries(place).map(([name, value]) => [name, String(value)]));
}

function mac(scope: CursorScope, body: Uint8Array): Buffer {
  const given = Object.entries(scope.filter).filter(
    (entry): entry is [string, Json] => entry[1] !== undefined,
  );
  const bound = canonical([scope.workspaceId, scope.list, Object.fromEntries(given)]);
  return createHmac('sha256', scope.key)
    .update('cursor\n')
    .update(bound)
    .update('\n')
    .update(body)
    .digest()
    .subarray(0, MAC_BYTES);
}
