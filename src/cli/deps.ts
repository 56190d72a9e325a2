/** What commands are handed by the composition root. */
import type { Keyring } from '../base/box.ts';
import type { Random } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import type { Config } from '../config/shape.ts';
import type { IdSource } from '../domain/id.ts';
import type { ConnectionClient } from '../jobs/execute.ts';
import type { RunBoard } from '../jobs/board.ts';
import type { Connection } from '../store/connections.ts';
import type { Db } from '../store/db.ts';

export interface CommandDeps {
  config: Config;
  mode: 'demo' | 'real';
  db: Db;
  clock: Clock;
  random: Random;
  ids: IdSource;
  newId(): string;
  keyring: Keyring;
  jwtSecret: Uint8Array;
  clientFor(connection: Connection, signal: AbortSignal): ConnectionClient;
  /** Waits for runs; starts working on them in this process where no server does. */
  board(): Promise<RunBoard>;
  /** Applies pending migrations and adopts the environment's token, once. */
  prepare(): Promise<void>;
  migrationsDir: string;
}
