/** A migrated database of its own for each test file, on either engine. */
import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { inject } from 'vitest';
import type { Db } from '../../src/store/db.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openPglite } from '../../src/store/pglite.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { MIGRATIONS_DIR } from './migrations-dir.ts';
import { pgliteImage } from './pglite-images.ts';
import { TEMPLATE } from './postgres-template.ts';

export type Engine = 'postgres' | 'pglite';

/** For `describe.each(engines)`: what must hold on both. */
export const engines: readonly Engine[] = ['postgres', 'pglite'];

export interface FreshDatabase {
  db: Db;
  /** For other processes and pools; null where there is no server (PGlite). */
  url: string | null;
  /** Closes `db` and removes the database. */
  drop(): Promise<void>;
}

export interface FreshOptions {
  /** False for a database without any table. */
  migrated?: boolean;
  schema?: string;
  /** Stands in for the database's clock. */
  clock?: () => Promise<string>;
  onError?: (error: unknown) => void;
  /** Most connections at once (PostgreSQL). */
  max?: number;
}

/** A new database with all migrations in it, opened. Errors that nobody waits for fail the test run. */
export async function freshDatabase(
  engine: Engine = 'postgres',
  options: FreshOptions = {},
): Promise<FreshDatabase> {
  const { migrated = true, schema = 'public', ...rest } = options;
  const open = { schema, onError: failLoudly, ...rest };
  const isTemplate = migrated && schema === 'public';
  const fresh =
    engine === 'postgres'
      ? await freshPostgres(isTemplate, open)
      : await freshPglite(isTemplate, open);
  if (migrated && !isTemplate) await migrate({ db: fresh.db, dir: MIGRATIONS_DIR, schema });
  return fresh;
}

type OpenOptions = FreshOptions & { schema: string; onError: (error: unknown) => void };

async function freshPostgres(isTemplate: boolean, options: OpenOptions): Promise<FreshDatabase> {
  const { adminUrl, role, templateUrl } = inject('postgres');
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = isTemplate ? TEMPLATE : 'template0';
  await asAdmin(
    adminUrl,
    `create database ${name} template ${template} owner ${role} strategy file_copy`,
  );
  const address = new URL(templateUrl);
  address.pathname = name;
  const db = await openPostgres({ ...options, url: address.href });
  return {
    db,
    url: address.href,
    async drop() {
      await db.close();
      await asAdmin(adminUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

let admin: Pool | undefined;

/** Over one connection of this process, which does not keep it alive; the cluster ends it. */
async function asAdmin(url: string, statement: string): Promise<void> {
  admin ??= new Pool({
    connectionString: url,
    max: 1,
    allowExitOnIdle: true,
    idleTimeoutMillis: 0,
  }).on('error', () => undefined); // the cluster may stop before this process does
  await admin.query(statement);
}

async function freshPglite(isTemplate: boolean, options: OpenOptions): Promise<FreshDatabase> {
  const image = await pgliteImage(isTemplate ? 'migrated' : 'empty');
  const db = await openPglite({ ...options, dir: 'memory', image });
  return { db, url: null, drop: () => db.close() };
}

function failLoudly(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
