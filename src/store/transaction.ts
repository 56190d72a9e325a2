/** One transaction on one session, the same for both engines: order, commit, rollback, and use in the wrong place. */
import { AppError } from '../domain/errors.ts';
import { DatabaseError, toDatabaseError } from './database-error.ts';
import type { Rows, Tx } from './db.ts';
import type { Nesting } from './nesting.ts';

export interface Answer extends Rows<unknown> {
  /** The first word of the command tag: `SELECT`, `COMMIT`. */
  command: string;
}

/** One connection that runs one thing after another. */
export interface Session {
  run(text: string, params: readonly unknown[]): Promise<Answer>;
  script(text: string): Promise<void>;
  /** Set when its state is unknown, so that nobody uses it again. */
  isBroken: boolean;
}

export interface TransactionOptions<T> {
  session: Session;
  work: (tx: Tx) => Promise<T>;
  nesting: Nesting;
  /** SQL that is sent together with BEGIN. */
  opening: string | undefined;
  /** Stands in for the database's clock in simulations. */
  clock: (() => Promise<string>) | undefined;
}

/**
 * BEGIN, `work`, COMMIT. Answers `work`'s result and what it left to do after the commit.
 * When anything throws, the transaction is rolled back and the same error thrown.
 */
export async function runTransaction<T>(
  options: TransactionOptions<T>,
): Promise<{ result: T; afterCommit: (() => void)[] }> {
  const { session, work, nesting, clock, opening } = options;
  const scope = new Scope(session, clock);
  try {
    await (opening === undefined ? session.run('begin', []) : session.script(`begin; ${opening}`));
    const result = await nesting.run(() => work(scope));
    await scope.end();
    const { command } = await session.run('commit', []);
    // After a failed statement COMMIT answers ROLLBACK and no error: that is no success.
    if (command !== 'COMMIT') throw scope.firstFailure ?? swallowedError();
    return { result, afterCommit: scope.afterCommit };
  } catch (error) {
    await scope.end();
    await session.run('rollback', []).catch(() => {
      session.isBroken = true;
    });
    throw isAftermath(error) ? (scope.firstFailure ?? error) : error;
  }
}

class Scope implements Tx {
  readonly afterCommit: (() => void)[] = [];
  firstFailure: AppError | undefined;
  private readonly session: Session;
  private readonly givenClock: (() => Promise<string>) | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private time: Promise<string> | undefined;
  private isOver = false;

  constructor(session: Session, givenClock: (() => Promise<string>) | undefined) {
    this.session = session;
    this.givenClock = givenClock;
  }

  query<Row>(text: string, params: readonly unknown[] = []): Promise<Rows<Row>> {
    return this.next(async () => toRows<Row>(await this.session.run(text, params)));
  }

  script(text: string): Promise<void> {
    return this.next(() => this.session.script(text));
  }

  clock(): Promise<string> {
    this.time ??=
      this.givenClock === undefined ? readClock((text) => this.query(text)) : this.givenClock();
    return this.time;
  }

  onCommit(run: () => void): void {
    this.afterCommit.push(run);
  }

  /** Waits for what `work` started without awaiting it; from then on the transaction cannot be used. */
  async end(): Promise<void> {
    this.isOver = true;
    await this.last;
  }

  private next<T>(run: () => Promise<T>): Promise<T> {
    if (this.isOver) return Promise.reject(overError());
    const answer = this.last.then(run);
    this.last = answer.catch((error: unknown) => {
      this.firstFailure ??= toDatabaseError(error);
    });
    return answer;
  }
}

/** An answer in the caller's words: the shape of its rows follows from the caller's own SQL text. */
export function toRows<Row>({ rows, count }: Answer): Rows<Row> {
  return { rows: rows as Row[], count };
}

/** What waited for the commit; one that fails does not keep the others from running. */
export function runAll(runs: readonly (() => void)[], onError: (error: unknown) => void): void {
  for (const run of runs) {
    try {
      run();
    } catch (error) {
      onError(error);
    }
  }
}

/** The database's own clock as a `Timestamp`. */
export async function readClock(
  query: (text: string) => Promise<Rows<Record<string, unknown>>>,
): Promise<string> {
  const { rows } = await query('select clock_timestamp() as at');
  const at = rows[0]?.['at'];
  if (typeof at === 'string') return at;
  throw new AppError({
    kind: 'bug',
    code: 'database.no_clock',
    message: 'The database did not tell its time',
  });
}

function overError(): AppError {
  return new AppError({
    kind: 'bug',
    code: 'database.transaction_over',
    message: 'A transaction was used after its end',
  });
}

/** A statement after a failed one only says that there was one before. */
function isAftermath(error: unknown): boolean {
  return error instanceof DatabaseError && error.sqlstate === '25P02';
}

function swallowedError(): AppError {
  return new AppError({
    kind: 'bug',
    code: 'database.not_committed',
    message: 'The transaction was rolled back by the database instead of committed',
  });
}
