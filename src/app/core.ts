/** What every command stands on: the open database, the secrets, clients for connections. */
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import type { Config } from '../config/shape.ts';
import { describeError } from '../domain/errors.ts';
import { type IdSource, newId } from '../domain/id.ts';
import type { Db } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { openDatabase } from '../store/open.ts';
import { type ClientFactory, createClientFactory } from './connections.ts';
import type { Mode } from './mode.ts';
import { openSecrets, type Secrets } from './secrets.ts';
import { USER_AGENT } from './version.ts';

export interface Core {
  config: Config;
  mode: Mode;
  db: Db;
  clock: Clock;
  random: Random;
  log: Log;
  secrets: Secrets;
  clients: ClientFactory;
  ids: IdSource;
  newId: () => string;
  /** Applies pending migrations; answers the files that were applied here. */
  migrate(): Promise<string[]>;
  /** Aborted when the core closes: ends what still speaks with Calendly. */
  signal: AbortSignal;
  close(): Promise<void>;
}

export const MIGRATIONS_DIR = join(import.meta.dirname, '../../database/migrations');

export interface CoreDeps {
  config: Config;
  mode: Mode;
  log: Log;
  clock: Clock;
  random: Random;
}

/** Opens the database and the secrets. Throws `AppError` for what a person has to mend. */
export async function openCore(deps: CoreDeps): Promise<Core> {
  const { config, mode, log, clock, random } = deps;
  const secrets = openSecrets(config.auth, mode.dataDir, random);
  const db = await openDatabase({
    url: config.database.url?.reveal() ?? null,
    schema: config.database.schema,
    dataDir: mode.dataDir,
    time: clock,
    onError: (error) => log.warn('The database reported a fault', { ...describeError(error) }),
  });
  const stopping = new AbortController();
  const clients = createClientFactory({
    baseUrl: mode.apiUrl,
    share: config.sync.rateShare,
    clock,
    random,
    keyring: secrets.keyring,
    userAgent: USER_AGENT,
  });
  const ids: IdSource = { now: () => clock.now(), bytes: (length) => random.bytes(length) };
  return {
    ...deps,
    db,
    secrets,
    clients,
    ids,
    newId: () => newId(ids),
    async migrate() {
      const { schema } = config.database;
      const applied = await migrate({ db, dir: MIGRATIONS_DIR, schema });
      return applied.map((migration) => migration.file);
    },
    signal: stopping.signal,
    async close() {
      stopping.abort(new Error('The process is stopping'));
      await clients.close();
      await db.close();
    },
  };
}
