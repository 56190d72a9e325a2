/** Reads all settings out of an environment at once: a whole configuration, or one list of all faults. */
import { AppError } from './domain/errors.ts';
import { readAuth } from './config/auth.ts';
import { readCalendly } from './config/calendly.ts';
import { warnOfUnknown } from './config/names.ts';
import { readDocuments } from './config/documents.ts';
import { createReader, type Env, type Reader } from './config/reader.ts';
import { keyTexts } from './config/secrets.ts';
import {
  readAlerts,
  readHttp,
  readLog,
  readProduction,
  serverSettings,
  warnOfOpenMetrics,
} from './config/server.ts';
import type { Config } from './config/shape.ts';
import { databaseSettings, readDatabase, readRetention } from './config/storage.ts';
import { readDemo, readSync } from './config/sync.ts';
import { settings } from './config/table.ts';

export interface LoadConfigOptions {
  /** Reads the file that a `NAME_FILE` names; throws where it cannot. */
  readFile?: (path: string) => string;
}

/**
 * The settings of contract §2 as one object. Throws `config.invalid` whose message lists every
 * fault (also as `details`) and holds no value of any variable. Unknown variables that look like
 * ours are only warned about. Pure: reads nothing but `env` and, through `readFile`, secrets.
 */
export function loadConfig(env: Env, options: LoadConfigOptions = {}): Config {
  const reader = createReader(env, options.readFile ?? noFiles);
  const production = readProduction(reader);
  const http = readHttp(reader, production);
  const config = {
    production,
    dataDir: reader.value(databaseSettings.dataDir),
    http,
    database: readDatabase(reader),
    calendly: readCalendly(reader),
    demo: readDemo(reader, http, production),
    sync: readSync(reader),
    auth: readAuth(reader, production),
    documents: readDocuments(reader),
    retention: readRetention(reader),
    alerts: readAlerts(reader),
    log: readLog(reader, production),
  };
  checkTimeZone(env['TZ'], reader);
  checkSharedKeys(reader);
  warnOfOpenMetrics(config, reader);
  const environment = reader.text(serverSettings.environment);
  if (environment !== undefined && !/^(production|development|test)$/.test(environment)) {
    reader.warn('NODE_ENV is none of production, development and test: it counts as development');
  }
  if (reader.faults.length > 0) throw invalid(reader);
  const names = Object.keys(env).filter((name) => env[name] !== undefined);
  return { ...config, warnings: [...reader.warnings, ...warnOfUnknown(names, settings)] };
}

function invalid(reader: Reader): AppError {
  const { faults } = reader;
  const head = faults.length === 1 ? 'One setting is wrong' : `${faults.length} settings are wrong`;
  const lines = faults.map(({ field, message }) => `  ${field} ${message}`);
  return new AppError({
    kind: 'invalid',
    code: 'config.invalid',
    message: [`${head}:`, ...lines].join('\n'),
    action: 'Correct the environment or .env and start again; .env.example explains each setting.',
    details: faults,
  });
}

/** Node falls back to UTC without a word where TZ is a name that it does not know. */
function checkTimeZone(zone: string | undefined, reader: Reader): void {
  const name = zone?.replace(/^:/, '') ?? '';
  // POSIX rules (`CET-1CEST,M3.5.0`) and paths are left to the system.
  if (!/^[A-Za-z_]+(\/[A-Za-z_+-]+)*$/.test(name)) return;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    reader.fault('TZ', 'is no time zone that Node knows');
  }
}

/** One key for two purposes lets a leak of the one open the other. */
function checkSharedKeys(reader: Reader): void {
  const owners = new Map<string, string>();
  for (const row of settings.filter((one) => one.secret)) {
    const text = reader.text(row);
    if (text === undefined) continue;
    for (const key of keyTexts(row.name, text)) {
      const owner = owners.get(key);
      if (owner !== undefined && owner !== row.name) {
        reader.fault(row.name, `is the same as ${owner}: each purpose needs a key of its own`);
      }
      owners.set(key, row.name);
    }
  }
}

function noFiles(): string {
  throw new Error('No files are read here');
}
