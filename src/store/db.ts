/** What the rest of the program knows of a database: SQL text with parameters, transactions, notices. */

export interface Rows<Row> {
  rows: Row[];
  /** Rows returned, or changed where nothing is returned. */
  count: number;
}

/** Runs SQL. `$1` parameters; JSON goes in as text (`$1::jsonb`), times come out as `Timestamp` text. */
export interface Sql {
  query<Row = Record<string, unknown>>(
    text: string,
    params?: readonly unknown[],
  ): Promise<Rows<Row>>;
  /**
   * The database's clock as a `Timestamp`, for `observed_at` and leases.
   * Handed in for simulations; business statements never call now() themselves.
   */
  clock(): Promise<string>;
}

export interface Tx extends Sql {
  /** Runs after the commit, in order; not at all after a rollback. An error in it is logged, not thrown. */
  onCommit(run: () => void): void;
}

export interface Db extends Sql {
  readonly engine: 'postgres' | 'pglite';
  /**
   * One transaction: commits when `work` resolves, rolls back when it throws. Not nested; inside
   * `work` only `tx` may be used. Deadlocks and serialization failures are tried again (3 times).
   */
  tx<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs a script of many statements without parameters, as given. */
  script(text: string): Promise<void>;
  /** Calls `heard` for each NOTIFY on `channel`. A hint only: notices are lost while reconnecting. */
  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
