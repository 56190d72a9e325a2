/** A PostgreSQL server as a `Db`: pool, transactions with retries, notices. */
import { Pool } from 'pg';
import type { ClientBase, PoolClient, PoolConfig } from 'pg';
import { systemRandom } from '../base/random.ts';
import type { Random } from '../base/random.ts';
import { systemClock } from '../base/time.ts';
import type { Clock } from '../base/time.ts';
import { closedError, isRetryable, toDatabaseError } from './database-error.ts';
import type { Db, Rows, Tx } from './db.ts';
import { checkChannel } from './channel.ts';
import { PostgresListener } from './postgres-listener.ts';
import { PostgresSession, prepareConnection } from './postgres-session.ts';
import { checkServer, clientConfig, unreachableError } from './postgres-server.ts';
import { Nesting, readClock, runTransaction, toRows } from './transaction.ts';

export interface OpenPostgresOptions {
  /** `postgres://…`; may hold the password, which no message repeats. */
  url: string;
  /** The schema that unqualified names mean; need not exist yet. */
  schema: string;
  /** Told of what nobody waits for: a lost idle connection, a listener that threw. */
  onError: (error: unknown) => void;
  /** Most connections at once, one more for notices; 10 when left out. */
  max?: number;
  /** Stands in for the database's clock (RFC 3339 text) in simulations. */
  clock?: () => Promise<string>;
  /** Times reconnecting and retries. */
  time?: Clock;
  random?: Random;
}

const DEFAULT_MAX = 10;
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 30_000;
const RETRIES = 3;
const LONGEST_RETRY_DELAY_MS = 50;

/** pg-pool waits for this before it hands a new connection out; its types do not name it yet. */
interface PoolConfigWithHook extends PoolConfig {
  onConnect: (client: ClientBase) => Promise<void>;
}

/**
 * Connects and checks the server. Throws `AppError`: `database.bad_url`, `database.unreachable`,
 * `database.too_old` (below 15), `database.read_only`, `database.encoding`.
 */
export async function openPostgres(options: OpenPostgresOptions): Promise<Db> {
  const config = clientConfig(options.url);
  const poolConfig: PoolConfigWithHook = {
    ...config,
    max: options.max ?? DEFAULT_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    onConnect: (client) => {
      // @NOTE pg-pool listens only while a connection is idle. One that dies while it is handed out
      // would end the process; the next statement on it fails anyway.
      client.on('error', () => undefined);
      return prepareConnection(client, options.schema);
    },
  };
  const pool = new Pool(poolConfig);
  pool.on('error', (error) => options.onError(toDatabaseError(error)));
  try {
    const client = await pool.connect();
    try {
      const warnings = await checkServer(new PostgresSession(client));
      const time = options.time ?? systemClock;
      const listener = new PostgresListener({ config, time, onError: options.onError });
      return new PostgresDb({ pool, listener, warnings, options });
    } finally {
      client.release();
    }
  } catch (error) {
    await pool.end();
    throw unreachableError(error, options.url);
  }
}

interface PostgresDbParts {
  pool: Pool;
  listener: PostgresListener;
  warnings: readonly string[];
  options: OpenPostgresOptions;
}

class PostgresDb implements Db {
  readonly engine = 'postgres';
  readonly warnings: readonly string[];
  private readonly parts: PostgresDbParts;
  private readonly nesting = new Nesting();
  private closing: Promise<void> | undefined;

  constructor(parts: PostgresDbParts) {
    this.parts = parts;
    this.warnings = parts.warnings;
  }

  async query<Row>(text: string, params: readonly unknown[] = []): Promise<Rows<Row>> {
    this.nesting.refuseInside();
    return toRows<Row>(await this.withSession((session) => session.run(text, params)));
  }

  async script(text: string): Promise<void> {
    this.nesting.refuseInside();
    await this.withSession((session) => session.script(text));
  }

  async clock(): Promise<string> {
    const { clock } = this.parts.options;
    return clock === undefined ? readClock((text) => this.query(text)) : clock();
  }

  async tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    this.nesting.refuseInside();
    const { clock, onError, time = systemClock, random = systemRandom } = this.parts.options;
    for (let retriesLeft = RETRIES; ; retriesLeft -= 1) {
      try {
        const { result, afterCommit } = await this.withSession((session) =>
          runTransaction({ session, work, clock, nesting: this.nesting }),
        );
        runAll(afterCommit, onError);
        return result;
      } catch (error) {
        if (retriesLeft === 0 || !isRetryable(error)) throw error;
        // Two that met at once would meet again: each waits its own while.
        await time.sleep(random.fraction() * LONGEST_RETRY_DELAY_MS);
      }
    }
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    this.nesting.refuseInside();
    if (this.closing !== undefined) throw closedError();
    return this.parts.listener.listen(checkChannel(channel), heard);
  }

  /** Autovacuum and the checkpointer do this on a server. */
  async upkeep(): Promise<void> {}

  close(): Promise<void> {
    this.closing ??= Promise.all([this.parts.listener.close(), this.parts.pool.end()]).then(
      () => undefined,
    );
    return this.closing;
  }

  private async withSession<T>(run: (session: PostgresSession) => Promise<T>): Promise<T> {
    if (this.closing !== undefined) throw closedError();
    const client = await this.connect();
    const session = new PostgresSession(client);
    try {
      return await run(session);
    } finally {
      client.release(session.isBroken);
    }
  }

  private async connect(): Promise<PoolClient> {
    try {
      return await this.parts.pool.connect();
    } catch (error) {
      throw toDatabaseError(error);
    }
  }
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
