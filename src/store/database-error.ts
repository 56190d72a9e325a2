/** What a database refuses or loses, as one error without anybody's data in it. */
import { AppError } from '../domain/errors.ts';
import type { ErrorKind } from '../domain/errors.ts';

export interface DatabaseErrorOptions {
  kind: ErrorKind;
  code: string;
  message: string;
  action?: string;
  sqlstate?: string | undefined;
  constraint?: string | undefined;
  table?: string | undefined;
}

/** A refusal with its SQLSTATE; `constraint` and `table` are names of the schema, never values. */
export class DatabaseError extends AppError {
  override readonly name: string = 'DatabaseError';
  readonly sqlstate: string | undefined;
  readonly constraint: string | undefined;
  readonly table: string | undefined;

  constructor(options: DatabaseErrorOptions) {
    super(options);
    this.sqlstate = options.sqlstate;
    this.constraint = options.constraint;
    this.table = options.table;
  }
}

/** Kind and code by SQLSTATE or its class: https://www.postgresql.org/docs/15/errcodes-appendix.html */
const BY_SQLSTATE: Readonly<Record<string, readonly [kind: ErrorKind, code: string]>> = {
  '08': ['upstream', 'database.connection_lost'],
  '23505': ['conflict', 'database.unique_violation'],
  '23503': ['conflict', 'database.foreign_key_violation'],
  '23': ['bug', 'database.constraint_violation'],
  '22': ['bug', 'database.bad_value'],
  '40': ['busy', 'database.conflicting_transactions'],
  '42501': ['denied', 'database.not_allowed'],
  '42': ['bug', 'database.bad_statement'],
  '25006': ['upstream', 'database.read_only'],
  '25P03': ['busy', 'database.timeout'],
  '53100': ['upstream', 'database.disk_full'],
  '53': ['busy', 'database.exhausted'],
  '55P03': ['busy', 'database.timeout'],
  '57014': ['busy', 'database.timeout'],
  '57': ['upstream', 'database.connection_lost'],
};

/** The classes whose message speaks of the statement's text only; the others may quote values. */
const MESSAGE_WITHOUT_DATA = /^(0A|25|3D|3F|42|53|55|57)/;

/**
 * Any error of a driver as a `DatabaseError` (an `AppError` passes as it is). The driver's own error
 * is dropped on purpose: its `detail` and, for many classes, its message hold whole rows.
 */
export function toDatabaseError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const sqlstate = textField(error, 'code');
  if (sqlstate === undefined || !/^(?!E)[0-9A-Z]{5}$/.test(sqlstate)) return connectionError(error);
  const constraint = textField(error, 'constraint');
  const [kind, code] = BY_SQLSTATE[sqlstate] ??
    BY_SQLSTATE[sqlstate.slice(0, 2)] ?? ['bug', 'database.refused'];
  const said = error instanceof Error && MESSAGE_WITHOUT_DATA.test(sqlstate) ? error.message : '';
  const where = constraint === undefined ? '' : `, constraint ${constraint}`;
  return new DatabaseError({
    kind,
    code,
    message: `The database refused a statement (SQLSTATE ${sqlstate}${where})${said && `: ${said}`}`,
    sqlstate,
    constraint,
    table: textField(error, 'table'),
  });
}

/** Whether the same transaction may succeed when it is run again: a deadlock or a serialization failure. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof DatabaseError) {
    return error.sqlstate === '40001' || error.sqlstate === '40P01';
  }
  return error instanceof Error && error.cause !== undefined && isRetryable(error.cause);
}

/** Whether `error` is the unique violation of `constraint` (of any, when none is given). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof DatabaseError) || error.sqlstate !== '23505') return false;
  return constraint === undefined || error.constraint === constraint;
}

/** What `db` answers after `close()`. */
export function closedError(): AppError {
  return new AppError({
    kind: 'busy',
    code: 'database.closed',
    message: 'The database was closed: the program is stopping',
  });
}

function connectionError(error: unknown): DatabaseError {
  const code = textField(error, 'code');
  const message = error instanceof Error ? error.message : '';
  if (message.startsWith('timeout exceeded when trying to connect')) {
    return new DatabaseError({
      kind: 'busy',
      code: 'database.no_free_connection',
      message: 'All connections to the database are in use and none became free in time',
    });
  }
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) {
    return new DatabaseError({
      kind: 'bug',
      code: 'database.driver_failed',
      message: `The database driver failed with a ${error.name}`,
    });
  }
  return new DatabaseError({
    kind: 'upstream',
    code: 'database.connection_lost',
    message: `The connection to the database failed${code === undefined ? '' : ` (${code})`}`,
  });
}

function textField(error: unknown, field: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : undefined;
}
