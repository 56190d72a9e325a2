/** Settings of a `serve` that takes deliveries in on a PostgreSQL server of its own, and a look at its rows. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { PostgresServer } from './postgres-server.ts';
import type { Env } from './program.ts';

export interface Receiving {
  /** The settings; processes that share them share the database. */
  env: Env;
  databaseUrl: string;
  /** Signs deliveries for `path`. */
  key: string;
  path: string;
  /** URI of the connection's Calendly user. */
  user: string;
  /** Rows of one statement, on a connection of its own. */
  ask<Row extends object>(text: string): Promise<Row[]>;
  /** Tells the connection whose it is, as its first run would; once a server has been started. */
  identify(): Promise<void>;
}

export interface ReceivingOptions {
  database: string;
  /** Where Calendly is, with a token for it. */
  calendly: { url: string; token: string };
  user?: string;
}

/** Makes the database; nothing is in it until a server starts. */
export async function prepareReceiving(
  server: PostgresServer,
  options: ReceivingOptions,
): Promise<Receiving> {
  const {
    database,
    calendly,
    user = 'https://api.calendly.com/users/8c1d7f0a-52e4-4b1e-a7c3-90f2d5b6e811',
  } = options;
  const ask = async <Row extends object>(text: string, inside = database): Promise<Row[]> => {
    const client = new Client({ connectionString: server.url(inside) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  };
  await ask(`create database ${database}`, 'postgres');
  const key = randomBytes(24).toString('base64url');
  const databaseUrl = server.url(database);
  return {
    env: {
      DATABASE_URL: databaseUrl,
      CALENDLY_API_URL: calendly.url,
      CALENDLY_PERSONAL_ACCESS_TOKEN: calendly.token,
      CALENDLY_WEBHOOK_SIGNING_KEY: key,
      JWT_SECRET: randomBytes(32).toString('base64url'),
      ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    },
    databaseUrl,
    key,
    path: '/api/calendly/webhook',
    user,
    ask,
    async identify() {
      await ask(`update calendly_connections set calendly_user_uri = '${user}'`);
    },
  };
}
