/** Vitest's global set-up: one cluster for the whole run, with a migrated database to copy from. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { ProvidedContext } from 'vitest';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/store/migrate.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { MIGRATIONS_DIR } from './migrations-dir.ts';
import { startPostgres } from './postgres-server.ts';
import type { PostgresServer } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: {
      /** Superuser's address of the maintenance database. */
      adminUrl: string;
      /** The ordinary role that owns the test databases. */
      role: string;
      /** Address of the migrated database to copy; nobody connects to it. */
      templateUrl: string;
      /** Files that live as long as this run. */
      dir: string;
      psql: string | null;
    };
  }
}

export const TEMPLATE = 'template_migrated';
const ROLE = 'calendly_sync_owner';

let server: PostgresServer | undefined;

export async function setup(project: TestProject): Promise<void> {
  server = await startPostgres();
  try {
    project.provide('postgres', await makeTemplate(server));
  } catch (error) {
    await server.stop();
    throw error;
  }
}

export async function teardown(): Promise<void> {
  await server?.stop();
}

async function makeTemplate(cluster: PostgresServer): Promise<ProvidedContext['postgres']> {
  const password = randomBytes(18).toString('hex');
  const adminUrl = cluster.url('postgres');
  const templateUrl = cluster.url(TEMPLATE, { name: ROLE, password });
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`create role ${ROLE} login createrole createdb password '${password}'`);
  await admin.query(`create database ${TEMPLATE} owner ${ROLE}`);
  await admin.end();
  await migrateTemplate(templateUrl);
  return { adminUrl, role: ROLE, templateUrl, dir: cluster.dir, psql: cluster.psql };
}

async function migrateTemplate(url: string): Promise<void> {
  const db = await openPostgres({ url, schema: 'public', onError: () => undefined, max: 1 });
  try {
    await migrate({ db, dir: MIGRATIONS_DIR, schema: 'public' });
  } finally {
    await db.close();
  }
}
