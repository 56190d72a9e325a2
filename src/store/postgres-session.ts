/** One connection to a PostgreSQL server: how it is set up, and how statements run on it. */
import type { ClientBase, CustomTypesConfig, QueryConfig } from 'pg';
import { toDatabaseError } from './database-error.ts';
import { toParameters } from './parameters.ts';
import { statementName } from './statement-names.ts';
import type { Answer, Session } from './transaction.ts';
import { readers } from './values.ts';

/** A statement may run this long; longer work is cut into pieces. Migrations lift it. */
const STATEMENT_TIMEOUT_MS = 60_000;
const LOCK_TIMEOUT_MS = 30_000;
/** Ends the transaction of a process that hangs or whose network died in the middle of it. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

const types: CustomTypesConfig = {
  // @NOTE pg asks with the format too; without `binary: true` it is always text.
  getTypeParser: (oid: number) => readers.get(oid) ?? ((text: string) => text),
};

/** Without the extended protocol a text without parameters could hold many statements, which PGlite refuses. */
interface ExtendedQuery extends QueryConfig {
  queryMode: 'extended';
}

/** Makes a new connection speak as this program expects, whatever the server's or role's defaults are. */
export async function prepareConnection(client: ClientBase, schema: string): Promise<void> {
  const settings = {
    search_path: quoteIdentifier(schema),
    TimeZone: 'UTC',
    DateStyle: 'ISO, YMD',
    IntervalStyle: 'iso_8601',
    bytea_output: 'hex',
    statement_timeout: String(STATEMENT_TIMEOUT_MS),
    lock_timeout: String(LOCK_TIMEOUT_MS),
    idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_TIMEOUT_MS),
  };
  await client.query(
    `select set_config(s.key, s.value, false) from json_each_text($1::json) as s`,
    [JSON.stringify(settings)],
  );
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export class PostgresSession implements Session {
  isBroken = false;
  private readonly client: ClientBase;

  constructor(client: ClientBase) {
    this.client = client;
  }

  async run(text: string, params: readonly unknown[]): Promise<Answer> {
    const values = toParameters(params).map((value) =>
      value instanceof Uint8Array
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
        : value,
    );
    const query: ExtendedQuery = { text, values, types, queryMode: 'extended' };
    const name = statementName(text);
    if (name !== undefined) query.name = name;
    try {
      const { rows, rowCount, command } = await this.client.query<object>(query);
      return { rows, count: rowCount ?? 0, command: command ?? '' };
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  async script(text: string): Promise<void> {
    try {
      await this.client.query(text);
    } catch (error) {
      throw toDatabaseError(error);
    }
  }
}
