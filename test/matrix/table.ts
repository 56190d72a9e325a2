/** The whole matrix. */
import type { MatrixRow } from './row.ts';
import { accountRows } from './rows-accounts.ts';
import { calendlyRows } from './rows-calendly.ts';
import { clientRows } from './rows-clients.ts';
import { recordRows } from './rows-records.ts';

export const table: readonly MatrixRow[] = [
  ...accountRows,
  ...calendlyRows,
  ...clientRows,
  ...recordRows,
];

/** Its rows under names of their own. */
export const namedRows = table.map((row, index) => ({ ...row, title: `${index} ${titleOf(row)}` }));

function titleOf({ route, id, query }: MatrixRow): string {
  return [route, query, id?.in === 'path' ? undefined : id?.name]
    .filter((part) => part !== undefined)
    .join(' ');
}
