/** Every column that holds sealed secrets, for sealing them anew. */
import { keyPlace, refreshPlace, tokenPlace, verifierPlace } from '../domain/sealed-places.ts';
import type { Sql } from './db.ts';

export interface SealedColumn {
  table: string;
  column: string;
  /** The column whose value names the row in `place`. */
  key: string;
  place(key: string): string;
}

export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'calendly_connections', column: 'token_sealed', key: 'id', place: tokenPlace },
  { table: 'calendly_connections', column: 'refresh_sealed', key: 'id', place: refreshPlace },
  { table: 'webhook_subscriptions', column: 'key_sealed', key: 'id', place: keyPlace },
  { table: 'oauth_states', column: 'verifier_sealed', key: 'state_hash', place: verifierPlace },
];

export interface SealedRow {
  workspace_id: string;
  key: string;
  sealed: string;
}

/** Secrets of a column that another key than `keyId` seals, behind `after`, by key. */
export async function listOutdated(
  sql: Sql,
  { table, column, key }: SealedColumn,
  page: { keyId: string; after: string | null; limit: number },
): Promise<SealedRow[]> {
  const { rows } = await sql.query<SealedRow>(
    `select workspace_id, ${key}::text as key, ${column} as sealed from ${table}
     where ${column} is not null and not starts_with(${column}, $1 || ':')
       and ($2::text is null or ${key}::text > $2) order by ${key}::text limit $3`,
    [page.keyId, page.after, page.limit],
  );
  return rows;
}

/** How many secrets of a column the key with this id seals. */
export async function countCurrent(
  sql: Sql,
  { table, column }: SealedColumn,
  keyId: string,
): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(
    `select count(*)::int as n from ${table} where starts_with(${column}, $1 || ':')`,
    [keyId],
  );
  return rows[0]?.n ?? 0;
}

/** Puts the new box in the place of the old one; false where it is another by now. */
export async function replaceSealed(
  sql: Sql,
  { table, column, key }: SealedColumn,
  row: SealedRow & { by: string },
): Promise<boolean> {
  const { count } = await sql.query(
    `update ${table} set ${column} = $4
     where workspace_id = $1 and ${key}::text = $2 and ${column} = $3`,
    [row.workspace_id, row.key, row.sealed, row.by],
  );
  return count === 1;
}
