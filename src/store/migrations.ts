/** The migration files: which there are, in which order, and what they may not contain. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../domain/errors.ts';
import { outlineStatements } from './sql-text.ts';

export interface Migration {
  number: number;
  /** The file's name without number and ending: `full_document_consolidation`. */
  name: string;
  /** The file's name: `021_full_document_consolidation.sql`. */
  file: string;
  sql: string;
  /** Of the text with `\n` line ends, as lower-case hex. */
  sha256: string;
  /** Tables that it makes without IF NOT EXISTS: nobody else's may be in the way. */
  creates: readonly string[];
}

const FILE_NAME = /^(\d{3})_([a-z0-9_]+)\.sql$/;
/** Each file is one transaction that the runner opens and ends. */
const TRANSACTION_WORD =
  /^(begin|commit|end|rollback|abort|savepoint|release|start transaction|prepare transaction)\b/;
const CREATE_TABLE = /^create (?:unlogged )?table (?!if not exists )("(?:[^"]|"")*"|[a-z0-9_$]+)/;

/**
 * Reads every `.sql` file of `dir` in number order (gaps allowed). Throws `AppError` of kind
 * `invalid`: `migration.bad_name`, `migration.duplicate_number`, `migration.has_transaction`.
 */
export function readMigrations(dir: string): Migration[] {
  const files = readdirSync(dir).filter((file) => file.endsWith('.sql'));
  const migrations = files.map((file) => readMigration(dir, file));
  migrations.sort((a, b) => a.number - b.number);
  for (const [at, migration] of migrations.entries()) {
    const before = migrations[at - 1];
    if (before?.number === migration.number) {
      throw invalid(
        'migration.duplicate_number',
        `Two migrations have one number: ${before.file} and ${migration.file}`,
      );
    }
  }
  return migrations;
}

function readMigration(dir: string, file: string): Migration {
  const match = FILE_NAME.exec(file);
  if (match === null) {
    throw invalid(
      'migration.bad_name',
      `The migration ${file} is not named like 021_what_it_does.sql`,
    );
  }
  const [, number = '', name = ''] = match;
  const sql = readFileSync(join(dir, file), 'utf8').replaceAll('\r\n', '\n');
  const statements = outlineStatements(sql);
  const word = statements.map((statement) => TRANSACTION_WORD.exec(statement)?.[1]).find(Boolean);
  if (word !== undefined) {
    throw invalid(
      'migration.has_transaction',
      `The migration ${file} contains ${word.toUpperCase()}; each file already is one transaction`,
    );
  }
  const sha256 = createHash('sha256').update(sql).digest('hex');
  const creates = statements.flatMap((statement) => CREATE_TABLE.exec(statement)?.[1] ?? []);
  return { number: Number(number), name, file, sql, sha256, creates: creates.map(unquote) };
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function invalid(code: string, message: string): AppError {
  return new AppError({ kind: 'invalid', code, message });
}
