/** A pool of connections to a server as a `Db`: sessions handed out, transactions tried again, notices. */
import type { Pool, PoolClient } from 'pg';
import type { Random } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import { checkChannel } from './channel.ts';
import { closedError, isRetryable, toDatabaseError } from './database-error.ts';
import type { Db, Rows, Tx } from './db.ts';
import { Nesting } from './nesting.ts';
import type { PostgresListener } from './postgres-listener.ts';
import { PostgresSession } from './postgres-session.ts';
import { readClock, runAll, runTransaction, toRows } from './transaction.ts';

const RETRIES = 3;
const LONGEST_RETRY_DELAY_MS = 50;

export interface PostgresDbParts {
  pool: Pool;
  listener: PostgresListener;
  warnings: readonly string[];
  onError: (error: unknown) => void;
  clock: (() => Promise<string>) | undefined;
  time: Clock;
  random: Random;
}

export class PostgresDb implements Db {
  readonly engine = 'postgres';
  readonly warnings: readonly string[];
  private readonly parts: PostgresDbParts;
  private readonly nesting = new Nesting();
  private closing: Promise<void> | undefined;

  constructor(parts: PostgresDbParts) {
    this.parts = parts;
    this.warnings = parts.warnings;
  }

  async query<Row>(text: string, params: readonly unknown[] = []): Promise<Rows<Row>> {
    this.nesting.refuseInside();
    return toRows<Row>(await this.withSession((session) => session.run(text, params)));
  }

  async script(text: string): Promise<void> {
    this.nesting.refuseInside();
    await this.withSession((session) => session.script(text));
  }

  async clock(): Promise<string> {
    const { clock } = this.parts;
    return clock === undefined ? readClock((text) => this.query(text)) : clock();
  }

  async tx<T>(work: (tx: Tx) => Promise<T>, opening?: string): Promise<T> {
    this.nesting.refuseInside();
    const { clock, onError, time, random } = this.parts;
    for (let retriesLeft = RETRIES; ; retriesLeft -= 1) {
      try {
        const { result, afterCommit } = await this.withSession((session) =>
          runTransaction({ session, work, clock, opening, nesting: this.nesting }),
        );
        runAll(afterCommit, onError);
        return result;
      } catch (error) {
        if (retriesLeft === 0 || !isRetryable(error)) throw error;
        // Two that met at once would meet again: each waits its own while.
        await time.sleep(random.fraction() * LONGEST_RETRY_DELAY_MS);
      }
    }
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    this.nesting.refuseInside();
    if (this.closing !== undefined) throw closedError();
    return this.parts.listener.listen(checkChannel(channel), heard);
  }

  /** Autovacuum and the checkpointer do this on a server. */
  async upkeep(): Promise<void> {}

  close(): Promise<void> {
    this.closing ??= Promise.all([this.parts.listener.close(), this.parts.pool.end()]).then(
      () => undefined,
    );
    return this.closing;
  }

  private async withSession<T>(run: (session: PostgresSession) => Promise<T>): Promise<T> {
    if (this.closing !== undefined) throw closedError();
    const client = await this.connect();
    const session = new PostgresSession(client);
    try {
      return await run(session);
    } finally {
      client.release(session.isBroken);
    }
  }

  private async connect(): Promise<PoolClient> {
    try {
      return await this.parts.pool.connect();
    } catch (error) {
      throw toDatabaseError(error);
    }
  }
}
