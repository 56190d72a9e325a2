/** Opens the database that the settings mean: a server's, or the embedded one. */
import { join } from 'node:path';
import type { Clock } from '../base/time.ts';
import type { Db } from './db.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

export interface OpenDatabaseOptions {
  /** `DATABASE_URL`; null for the embedded database. */
  url: string | null;
  schema: string;
  /** Holds the embedded database in its folder `database`. */
  dataDir: string;
  onError: (error: unknown) => void;
  /** Most connections to a server at once. */
  max?: number;
  clock?: () => Promise<string>;
  time?: Clock;
}

/** An open database, not yet migrated. Throws what `openPostgres` and `openPglite` throw. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Db> {
  const { url, dataDir, schema, onError, max, clock, time } = options;
  const shared = { schema, onError, ...(clock === undefined ? {} : { clock }) };
  if (url === null) return openPglite({ ...shared, dir: join(dataDir, 'database') });
  return openPostgres({
    ...shared,
    url,
    ...(max === undefined ? {} : { max }),
    ...(time === undefined ? {} : { time }),
  });
}
