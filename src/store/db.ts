/** What the rest of the program knows of a database: SQL text with parameters, transactions, notices. */

export interface Rows<Row> {
  rows: Row[];
  /** Rows returned, or changed where nothing is returned. */
  count: number;
}

/** Runs SQL. `$1` parameters; JSON goes in as text (`$1::jsonb`), times come out as `Timestamp` text. */
export interface Sql {
  /**
   * One statement. Parameters: string, number, boolean, null, Uint8Array, or an array of the first
   * four. Out come: timestamptz as `Timestamp` text, int8 and count(*) as number, numeric as text,
   * json parsed, bytea as Uint8Array, arrays as arrays. A refusal of the database is a `DatabaseError`.
   */
  query<Row = Record<string, unknown>>(
    text: string,
    params?: readonly unknown[],
  ): Promise<Rows<Row>>;
  /** Runs a script of many statements without parameters, as given. */
  script(text: string): Promise<void>;
  /**
   * The database's clock as a `Timestamp`, for `observed_at` and leases. A transaction has one time:
   * that of its first asking.
   * Handed in for simulations; business statements never call now() themselves.
   */
  clock(): Promise<string>;
}

export interface Tx extends Sql {
  /** Runs after the commit, in order; not at all after a rollback. An error in it is reported, not thrown. */
  onCommit(run: () => void): void;
}

export interface Db extends Sql {
  readonly engine: 'postgres' | 'pglite';
  /** What the operator should know about this database: whole sentences, to be logged once at start. */
  readonly warnings: readonly string[];
  /**
   * One transaction: commits when `work` resolves, rolls back when it throws. Not nested; inside
   * `work` only `tx` may be used. Deadlocks and serialization failures are tried again (3 times),
   * so `work` may run more than once. `opening`: SQL that is sent together with BEGIN.
   */
  tx<T>(work: (tx: Tx) => Promise<T>, opening?: string): Promise<T>;
  /**
   * Calls `heard` for each NOTIFY on `channel` (lower case, digits, `_`). A hint only: notices are
   * lost while reconnecting; after that it is called once with an empty payload.
   */
  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>>;
  /** What PGlite does not do by itself: vacuum, statistics, checkpoint. Does nothing on a server. */
  upkeep(): Promise<void>;
  close(): Promise<void>;
}
