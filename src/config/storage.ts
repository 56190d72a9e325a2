/** The settings of what is kept and where: database, files, retention. */
import { folder, schemaName, wholeNumber } from './parsers.ts';
import type { Reader } from './reader.ts';
import { defaulted, secret } from './setting.ts';
import type { DatabaseConfig, RetentionConfig } from './shape.ts';
import { databaseUrl, isTransactionPooler } from './urls.ts';

const database = 'Database and files';
const retention = 'Retention';

export const databaseSettings = {
  url: secret({
    name: 'DATABASE_URL',
    group: database,
    doc: 'PostgreSQL 15 or newer; without it an embedded database under DATA_DIR is used.',
    example: 'postgres://user:password@localhost:5432/calendly_sync',
    parse: databaseUrl,
  }),
  schema: defaulted({
    name: 'DATABASE_SCHEMA',
    group: database,
    doc: 'Schema of our tables; jobs live in the schema of this name with _jobs behind it.',
    fallback: 'public',
    parse: schemaName,
  }),
  dataDir: defaulted({
    name: 'DATA_DIR',
    group: database,
    doc: 'Folder of the embedded database, documents and generated keys.',
    fallback: '.data',
    parse: folder,
  }),
};

export const retentionSettings = {
  deliveries: defaulted({
    name: 'DELIVERY_RETENTION_DAYS',
    group: retention,
    doc: 'Days that received webhooks are kept.',
    fallback: '30',
    parse: wholeNumber(1, 3_650),
  }),
  runs: defaulted({
    name: 'RUN_RETENTION_DAYS',
    group: retention,
    doc: 'Days that the record of sync runs is kept.',
    fallback: '90',
    parse: wholeNumber(1, 3_650),
  }),
};

/** The database group. */
export function readDatabase(reader: Reader): DatabaseConfig {
  const url = reader.maybe(databaseSettings.url);
  if (url !== null && isTransactionPooler(url)) {
    reader.warn(
      'DATABASE_URL points to port 6543, the usual port of a transaction pooler: notices and advisory locks need a direct connection (port 5432)',
    );
  }
  return { url, schema: reader.value(databaseSettings.schema) };
}

/** The retention group. */
export function readRetention(reader: Reader): RetentionConfig {
  return {
    deliveryDays: reader.value(retentionSettings.deliveries),
    runDays: reader.value(retentionSettings.runs),
  };
}
