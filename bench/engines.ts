/** The databases that are measured: PostgreSQL that syncs to disk, and PGlite in a folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Db } from '../src/store/db.ts';
import { migrate } from '../src/store/migrate.ts';
import { openPglite } from '../src/store/pglite.ts';
import { openPostgres } from '../src/store/postgres.ts';
import { MIGRATIONS_DIR } from '../test/harness/migrations-dir.ts';
import { startPostgres } from '../test/harness/postgres-server.ts';

export interface Fresh {
  db: Db;
  /** Rows inserted, updated and deleted so far in tables that keep something; called once, it closes `db`. */
  closeAndCount(): Promise<number>;
}

export interface PostgresEngine extends Engine {
  /** Address of a new, empty database without any table. */
  address(): Promise<string>;
}

export interface Engine {
  name: 'postgres' | 'pglite';
  version: string;
  /** An empty, migrated database; `clock` (RFC 3339) stands in for its own. */
  fresh(clock?: () => Promise<string>): Promise<Fresh>;
  stop(): Promise<void>;
}

const WRITTEN = `select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::float8 as rows
  from pg_stat_user_tables where schemaname = 'public'`;

/** A throw-away cluster with fsync on, as a server has it. */
export async function startPostgresEngine(): Promise<PostgresEngine> {
  const server = await startPostgres({ fsync: true });
  let made = 0;
  const ask = async <Row extends object>(database: string, text: string): Promise<Row[]> => {
    const client = new Client({ connectionString: server.url(database) });
    await client.connect();
    const { rows } = await client.query<Row>(text);
    await client.end();
    return rows;
  };
  async function create(): Promise<string> {
    const name = `bench_${(made += 1)}`;
    await ask('postgres', `create database ${name}`);
    return name;
  }
  const [version] = await ask<{ server_version: string }>('postgres', 'show server_version');
  return {
    name: 'postgres',
    version: `PostgreSQL ${version?.server_version ?? ''}`,
    async address() {
      return server.url(await create());
    },
    async fresh(clock) {
      const name = await create();
      const db = await openPostgres({
        url: server.url(name),
        schema: 'public',
        onError: rethrow,
        ...(clock === undefined ? {} : { clock }),
      });
      await migrate({ db, dir: MIGRATIONS_DIR, schema: 'public' });
      return {
        db,
        async closeAndCount() {
          // a backend hands in its last counts when it ends
          await db.close();
          const [count] = await ask<{ rows: number }>(name, WRITTEN);
          await ask('postgres', `drop database ${name} with (force)`);
          return count?.rows ?? 0;
        },
      };
    },
    stop: () => server.stop(),
  };
}

/** PGlite as `npm start` uses it: in a folder, one process. */
export async function startPgliteEngine(): Promise<Engine> {
  const dir = mkdtempSync(join(tmpdir(), 'calendly-sync-bench-'));
  let made = 0;
  const open = (): Promise<Db> =>
    openPglite({ dir: join(dir, String((made += 1))), schema: 'public', onError: rethrow });
  const first = await open();
  const { rows } = await first.query<{ server_version: string }>('show server_version');
  await first.close();
  return {
    name: 'pglite',
    version: `PGlite (PostgreSQL ${rows[0]?.server_version ?? ''})`,
    async fresh() {
      const db = await open();
      await migrate({ db, dir: MIGRATIONS_DIR, schema: 'public' });
      return {
        db,
        async closeAndCount() {
          await db.query('select pg_stat_force_next_flush()');
          const count = await db.query<{ rows: number }>(WRITTEN);
          await db.close();
          return count.rows[0]?.rows ?? 0;
        },
      };
    },
    stop: () => Promise.resolve(rmSync(dir, { recursive: true, force: true })),
  };
}

function rethrow(error: unknown): void {
  throw error;
}
