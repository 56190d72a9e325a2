/** What the database remembers of its migrations, and what in it stands against going on. */
import { AppError } from '../domain/errors.ts';
import type { Sql, Tx } from './db.ts';
import type { Migration } from './migrations.ts';
import { quoteIdentifier } from './postgres-session.ts';

export interface AppliedMigration {
  number: number;
  name: string;
  sha256: string;
  /** When, as a `Timestamp`. */
  applied_at: string;
}

const HISTORY = 'schema_migrations';
const HISTORY_COLUMNS = 'applied_at,name,number,sha256';

/** The migrations that this database knows, by number; none where there is no history yet. */
export async function listApplied(sql: Sql, schema: string): Promise<AppliedMigration[]> {
  const { rows: found } = await sql.query<{ columns: string }>(
    `select string_agg(a.attname::text, ',' order by a.attname::text) as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where n.nspname = $1 and c.relname = $2
      group by c.oid`,
    [schema, HISTORY],
  );
  const columns = found[0]?.columns;
  if (columns === undefined) return [];
  if (columns !== HISTORY_COLUMNS) throw inTheWayError([HISTORY], schema);
  const { rows } = await sql.query<AppliedMigration>(
    `select number, name, sha256, applied_at from ${HISTORY} order by number`,
  );
  return rows;
}

/** The files that this database has not seen. Throws when history and files contradict each other. */
export function findPending(
  files: readonly Migration[],
  applied: readonly AppliedMigration[],
): Migration[] {
  const byNumber = new Map(files.map((file) => [file.number, file]));
  for (const { number, name, sha256 } of applied) {
    const file = byNumber.get(number);
    if (file === undefined) throw unknownMigrationError(number, name);
    if (file.sha256 !== sha256) throw editedError(file.file);
    byNumber.delete(number);
  }
  return files.filter((file) => byNumber.has(file.number));
}

/** Throws `database.foreign_table` naming every relation that bears a name that `pending` will create. */
export async function refuseForeignTables(
  sql: Sql,
  pending: readonly Migration[],
  schema: string,
): Promise<void> {
  const names = pending.flatMap((migration) => migration.creates);
  const { rows } = await sql.query<{ name: string }>(
    `select c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = any ($2::text[]) and c.relkind in ('r','p','v','m','f','S')
      order by 1`,
    [schema, names],
  );
  if (rows.length > 0) {
    throw inTheWayError(
      rows.map((row) => row.name),
      schema,
    );
  }
}

/** Makes the schema and the history table where they are missing. Only under the migration lock: two would race. */
export async function createHistory(tx: Tx, schema: string): Promise<void> {
  const { count } = await tx.query('select 1 from pg_namespace where nspname = $1', [schema]);
  // CREATE SCHEMA IF NOT EXISTS asks for the right to create even where nothing is missing.
  if (count === 0) await tx.script(`create schema ${quoteIdentifier(schema)}`);
  await tx.script(
    `create table if not exists ${HISTORY} (
       number integer primary key,
       name text not null,
       sha256 text not null,
       applied_at timestamptz not null
     )`,
  );
}

export async function recordApplied(tx: Tx, migration: Migration): Promise<void> {
  await tx.query(
    `insert into ${HISTORY} (number, name, sha256, applied_at) values ($1, $2, $3, $4::timestamptz)`,
    [migration.number, migration.name, migration.sha256, await tx.clock()],
  );
}

function inTheWayError(names: readonly string[], schema: string): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'database.foreign_table',
    message: `Tables of another program are in the way in schema ${schema}: ${names.join(', ')}`,
    action: 'Set DATABASE_SCHEMA to a schema of its own, or use another database',
  });
}

function unknownMigrationError(number: number, name: string): AppError {
  const file = `${String(number).padStart(3, '0')}_${name}`;
  return new AppError({
    kind: 'invalid',
    code: 'migration.unknown',
    message: `The database was migrated by a newer version of this program: ${file} is not known here`,
    action: 'Run that newer version, or restore a backup from before it',
  });
}

function editedError(file: string): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'migration.edited',
    message: `The migration ${file} was changed after this database applied it`,
    action: 'Put the file back as it was and write a new migration',
  });
}
