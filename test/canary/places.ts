/** Where a secret could lie after a run: files, and all rows of a database, byte columns decoded. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '../../src/store/db.ts';

/** Every file below, by its path. */
export function filesBelow(dir: string): { path: string; bytes: Buffer }[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, bytes: readFileSync(path) }));
}

/** All rows of all tables as text, and behind each what its byte columns hold. */
export async function dumpOf(db: Db): Promise<Buffer> {
  const { rows: tables } = await db.query<{ name: string }>(
    `select quote_ident(relname) as name from pg_class
     where relkind in ('r', 'p') and relnamespace = current_schema()::regnamespace order by 1`,
  );
  const parts: Buffer[] = [];
  for (const { name } of tables) {
    const { rows } = await db.query<{ row: string }>(`select t::text as row from ${name} t`);
    for (const { row } of rows) {
      parts.push(Buffer.from(`${name} ${row}\n`));
      for (const [, hex = ''] of row.matchAll(/\\x((?:[0-9a-f]{2})+)/g)) {
        parts.push(Buffer.from(hex, 'hex'));
      }
    }
  }
  return Buffer.concat(parts);
}
