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
import { type Tenants, tenantsOf } from '../store/tenants.ts';
import { checkWall } from '../store/wall.ts';
import { type ClientFactory, createClientFactory } from './connections.ts';
import { makeDataDirectory } from './data-directory.ts';
import { enterMode, type Mode, type Place, placeOf } from './mode.ts';
import { createRequestLedger } from './request-ledger.ts';
import { type OAuthApp, openOAuthApp } from './oauth.ts';
import { openSecrets, type Secrets } from './secrets.ts';
import { USER_AGENT } from './version.ts';

export interface Core {
  config: Config;
  mode: Mode;
  /** What looks across workspaces: `tenants.system`. */
  db: Db;
  /** Whose rows are read and written, everywhere else. */
  tenants: Tenants;
  clock: Clock;
  random: Random;
  log: Log;
  secrets: Secrets;
  clients: ClientFactory;
  /** The OAuth app; null where none is set up. */
  oauth: OAuthApp | null;
  ids: IdSource;
  newId: () => string;
  /** The database as the owner of its tables, for migrations alone. */
  owner: Db;
  /** Applies pending migrations; answers the files that were applied here. Throws where the wall is down. */
  migrate(): Promise<string[]>;
  /** What Calendly can reach: PUBLIC_URL, in the demo this server itself; null without either. */
  publicUrl(): string | null;
  /** Where the server listens; null without one. */
  localUrl(): string | null;
  /** Told where the server listens. */
  listening(url: string): void;
  /** Aborted when the core closes: ends what still speaks with Calendly. */
  signal: AbortSignal;
  close(): Promise<void>;
}

export const MIGRATIONS_DIR = join(import.meta.dirname, '../../database/migrations');

export interface CoreDeps {
  config: Config;
  log: Log;
  clock: Clock;
  random: Random;
  /** Where the demo's Calendly listens; 0: anywhere, for whoever does not show it to anybody. */
  demoPort: number;
}

/**
 * Opens the secrets and the database, and starts the demo's Calendly where this is the demo. Throws
 * `AppError` for what a person has to mend, `database.in_use` where another process is here already.
 */
export async function openCore(deps: CoreDeps): Promise<Core> {
  const { config, log, clock, random } = deps;
  const place = placeOf(config);
  if (needsDataDirectory(config)) makeDataDirectory(place.dataDir);
  const { store } = config.documents;
  // one that somebody named; the one under DATA_DIR is made with the first file
  if (place.kind === 'real' && store.kind === 'disk' && store.dir !== null) {
    makeDataDirectory(store.dir, 'DOCUMENTS_URL');
  }
  const secrets = openSecrets(config.auth, place.dataDir, random);
  const owner = await openDatabase({
    url: config.database.url?.reveal() ?? null,
    schema: config.database.schema,
    dataDir: place.dataDir,
    time: clock,
    onError: (error) => log.warn('The database reported a fault', { ...describeError(error) }),
  });
  const mode = await enterOrClose(deps, place, owner);
  const tenants = tenantsOf(owner);
  const db = tenants.system;
  const stopping = new AbortController();
  let ownUrl: string | null = null;
  const oauth = openOAuthApp({ config, clock, db, secrets });
  const clients = createClientFactory({
    baseUrl: mode.apiUrl,
    share: config.sync.rateShare,
    clock,
    random,
    keyring: secrets.keyring,
    userAgent: USER_AGENT,
    ledgerOf: (account) => createRequestLedger({ db, log }, account),
    oauth: oauth?.tokens ?? null,
  });
  const ids: IdSource = { now: () => clock.now(), bytes: (length) => random.bytes(length) };
  return {
    config,
    log,
    clock,
    random,
    mode,
    db,
    tenants,
    owner,
    secrets,
    clients,
    oauth,
    ids,
    newId: () => newId(ids),
    async migrate() {
      const { schema } = config.database;
      const applied = await migrate({ db: owner, dir: MIGRATIONS_DIR, schema });
      for (const warning of await checkWall(owner, tenants)) log.warn(warning);
      return applied.map((migration) => migration.file);
    },
    publicUrl: () => config.http.publicUrl ?? (mode.kind === 'demo' ? ownUrl : null),
    localUrl: () => ownUrl,
    listening(url) {
      ownUrl = url;
    },
    signal: stopping.signal,
    async close() {
      stopping.abort(new Error('The process is stopping'));
      await oauth?.close();
      await clients.close();
      await owner.close();
      await mode.calendly?.close();
    },
  };
}

/** Secrets from the settings and a database server leave nothing to be kept here. */
function needsDataDirectory({ auth, database }: Config): boolean {
  return database.url === null || auth.jwtSecret === null || auth.encryptionKeys === null;
}

/** Entered behind the database's lock: two processes never start the same demo. */
async function enterOrClose(deps: CoreDeps, place: Place, db: Db): Promise<Mode> {
  try {
    return await enterMode(deps.config, place, deps.demoPort);
  } catch (error) {
    await db.close();
    throw error;
  }
}
