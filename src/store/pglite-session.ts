/** PGlite's one session: how it is set up, and how statements run on it. */
import type { PGlite } from '@electric-sql/pglite';
import { toDatabaseError } from './database-error.ts';
import { toParameters } from './parameters.ts';
import { quoteIdentifier } from './postgres-session.ts';
import type { Answer, Session } from './transaction.ts';
import { readers } from './values.ts';

/** Makes the session speak as this program expects. */
export async function prepareSession(session: Session, schema: string): Promise<void> {
  await session.script(
    `set search_path = ${quoteIdentifier(schema)}; set TimeZone = 'UTC'; set DateStyle = 'ISO, YMD';
     set IntervalStyle = 'iso_8601'; set bytea_output = 'hex'`,
  );
}

export class PgliteSession implements Session {
  isBroken = false;
  private readonly lite: PGlite;

  constructor(lite: PGlite) {
    this.lite = lite;
    // Text goes in and comes out as on a server: PGlite's own conversions guess by type.
    lite.serializers = {};
    lite.parsers = Object.fromEntries(readers);
  }

  async run(text: string, params: readonly unknown[]): Promise<Answer> {
    const values = toParameters(params).map((value) =>
      value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value,
    );
    try {
      const { rows, rowCount, command } = await this.lite.query<unknown>(text, values);
      return { rows, count: rowCount ?? 0, command: command ?? '' };
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  async script(text: string): Promise<void> {
    try {
      await this.lite.exec(text);
    } catch (error) {
      throw toDatabaseError(error);
    }
  }
}
