/** Brings a database's tables to what this program expects: each file once, however many start at once. */
import { AppError } from '../domain/errors.ts';
import { DatabaseError } from './database-error.ts';
import type { Db, Sql, Tx } from './db.ts';
import {
  createHistory,
  findPending,
  listApplied,
  recordApplied,
  refuseForeignTables,
} from './history.ts';
import type { AppliedMigration } from './history.ts';
import { readMigrations } from './migrations.ts';
import type { Migration } from './migrations.ts';

export interface MigrateOptions {
  db: Db;
  /** The directory of the `NNN_name.sql` files. */
  dir: string;
  /** The schema that `db` was opened with; made when it is missing. */
  schema: string;
  /** Leaves out the files for which it answers false, as if they were not there yet. */
  only?: (migration: Migration) => boolean;
  /** Told once for each file that this process applied. */
  log?: (message: string) => void;
}

const MISSING_RIGHT = 'Give the role of DATABASE_URL the right to create tables in the schema';

/** What was applied, and what is left to do. Changes nothing. Throws what `migrate` would refuse before it starts. */
export async function migrationStatus(
  options: MigrateOptions,
): Promise<{ applied: AppliedMigration[]; pending: Migration[] }> {
  return readPlan(options.db, options);
}

/**
 * Applies what is pending in number order, each file in a transaction of its own. Answers the files
 * that this process applied; others may have applied some at the same time. Throws `AppError`:
 * `migration.edited`, `migration.unknown`, `migration.not_allowed`, `migration.failed`,
 * `database.foreign_table`, and what `readMigrations` throws.
 */
export async function migrate(options: MigrateOptions): Promise<Migration[]> {
  const done: Migration[] = [];
  for (;;) {
    const next = await options.db.tx(async (tx) => {
      const [first] = await lockAndPlan(tx, options);
      if (first !== undefined) await apply(tx, first);
      return first;
    });
    if (next === undefined) return done;
    done.push(next);
    options.log?.(`Applied migration ${next.file}`);
  }
}

/**
 * Applies everything that is pending in one transaction and takes it back. Answers the files that
 * `migrate` would apply; throws what it would throw.
 */
export async function rehearseMigration(options: MigrateOptions): Promise<Migration[]> {
  const rehearsed = new Rehearsed();
  try {
    await options.db.tx(async (tx) => {
      rehearsed.pending = await lockAndPlan(tx, options);
      for (const migration of rehearsed.pending) await apply(tx, migration);
      throw rehearsed;
    });
  } catch (error) {
    if (error !== rehearsed) throw error;
  }
  return rehearsed.pending;
}

/** Carries the answer out of a transaction that must not commit. */
class Rehearsed extends Error {
  override readonly name = 'Rehearsed';
  pending: Migration[] = [];
}

async function lockAndPlan(tx: Tx, options: MigrateOptions): Promise<Migration[]> {
  const { schema } = options;
  // Another starter's long migration is waited for, and a long one may take its time.
  await tx.script('set local statement_timeout = 0; set local lock_timeout = 0');
  // data steps look across workspaces, where the owner itself stands behind the wall too
  await tx.script(`set local calendly_sync.system = 'on'`);
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('calendly-sync ' || $1, 0))`, [
    schema,
  ]);
  const { applied, pending } = await readPlan(tx, options);
  if (applied.length === 0) await createFirstHistory(tx, schema);
  return pending;
}

async function createFirstHistory(tx: Tx, schema: string): Promise<void> {
  try {
    await createHistory(tx, schema);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.kind !== 'denied') throw error;
    throw new AppError({
      kind: 'denied',
      code: 'migration.not_allowed',
      message: `The role of DATABASE_URL may not create tables in schema ${schema}`,
      action: MISSING_RIGHT,
    });
  }
}

async function readPlan(
  sql: Sql,
  options: MigrateOptions,
): Promise<{ applied: AppliedMigration[]; pending: Migration[] }> {
  const { dir, schema, only = () => true } = options;
  const files = readMigrations(dir);
  const applied = await listApplied(sql, schema);
  const pending = findPending(files, applied).filter(only);
  await refuseForeignTables(sql, pending, schema);
  return { applied, pending };
}

async function apply(tx: Tx, migration: Migration): Promise<void> {
  try {
    await tx.script(migration.sql);
  } catch (error) {
    throw failedError(migration, error);
  }
  await recordApplied(tx, migration);
}

function failedError(migration: Migration, error: unknown): AppError {
  const reason = error instanceof AppError ? error.message : 'it was interrupted';
  const isDenied = error instanceof DatabaseError && error.kind === 'denied';
  return new AppError({
    kind: isDenied ? 'denied' : 'bug',
    code: 'migration.failed',
    message: `The migration ${migration.file} failed and was taken back. ${reason}`,
    action: isDenied ? MISSING_RIGHT : undefined,
    cause: error,
  });
}
