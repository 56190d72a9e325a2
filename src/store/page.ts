/** What every list has in common: a place to go on from, and one row more than asked to see the end. */

/** One page of a keyset list. */
export interface Page<Row> {
  rows: Row[];
  /** Whether there are rows after the last one. */
  more: boolean;
}

/** Cuts the row that was read beyond `limit`. */
export function pageOf<Row>(rows: Row[], limit: number): Page<Row> {
  return { rows: rows.slice(0, limit), more: rows.length > limit };
}

/** `text` as an ILIKE pattern that finds it anywhere, with `%`, `_` and the backslash meaning themselves. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
