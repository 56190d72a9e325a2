/** Opens a PostgreSQL server: pool, checks, and what every connection gets to hear first. */
import { Pool } from 'pg';
import type { ClientBase, PoolConfig } from 'pg';
import { systemRandom } from '../base/random.ts';
import type { Random } from '../base/random.ts';
import { systemClock } from '../base/time.ts';
import type { Clock } from '../base/time.ts';
import { toDatabaseError } from './database-error.ts';
import type { Db } from './db.ts';
import { PostgresDb } from './postgres-db.ts';
import { PostgresListener } from './postgres-listener.ts';
import { PostgresSession, prepareConnection } from './postgres-session.ts';
import { checkServer, clientConfig, unreachableError } from './postgres-server.ts';

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

/** pg-pool waits for this before it hands a new connection out; its types do not name it yet. */
interface PoolConfigWithHook extends PoolConfig {
  onConnect: (client: ClientBase) => Promise<void>;
}

/**
 * Connects and checks the server. Throws `AppError`: `database.bad_url`, `database.unreachable`,
 * `database.too_old` (below 15), `database.read_only`, `database.encoding`.
 */
export async function openPostgres(options: OpenPostgresOptions): Promise<Db> {
  const { onError, clock, time = systemClock, random = systemRandom } = options;
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
  pool.on('error', (error) => {
    // end() resolves before the connections are gone: one that the server cuts meanwhile is no news.
    if (!pool.ending) onError(toDatabaseError(error));
  });
  try {
    const client = await pool.connect();
    try {
      const warnings = await checkServer(new PostgresSession(client));
      const listener = new PostgresListener({ config, time, onError });
      return new PostgresDb({ pool, listener, warnings, onError, clock, time, random });
    } finally {
      client.release();
    }
  } catch (error) {
    await pool.end();
    throw unreachableError(error, options.url);
  }
}
