/** What differs between a row and what Calendly says, column by column. */
import { canonical, type Json } from '../domain/json.ts';
import type { MirroredRow } from '../store/proof.ts';

/**
 * The names of the columns that differ. `raw` is named only where it alone differs: otherwise it says
 * nothing that the columns do not say.
 */
export function differingColumns(
  row: MirroredRow,
  said: { columns: Readonly<Record<string, Json>>; flags: readonly string[] },
): string[] {
  const fields = Object.entries(said.columns)
    .filter(([column]) => column !== 'raw' && !isHeldBack(column, said.flags))
    .filter(([column, value]) => canonical(row[column] ?? null) !== canonical(value))
    .map(([column]) => column)
    .sort();
  if (fields.length > 0) return fields;
  return canonical(row['raw'] ?? null) === canonical(said.columns['raw'] ?? null) ? [] : ['raw'];
}

/** An `updated_at` from the future is kept as the time of its reading: it cannot be compared. */
function isHeldBack(column: string, flags: readonly string[]): boolean {
  return column === 'source_updated_at' && flags.includes('updated_in_future');
}
