/** PGlite as a `Db`: one session, one thing at a time, and the upkeep that a server would do by itself. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { PGlite } from '@electric-sql/pglite';
import { checkChannel } from './channel.ts';
import { closedError } from './database-error.ts';
import type { Db, Rows, Tx } from './db.ts';
import { Nesting } from './nesting.ts';
import type { PgliteSession } from './pglite-session.ts';
import { Queue } from './queue.ts';
import { readClock, runAll, runTransaction, toRows } from './transaction.ts';

/** How much log may gather before a checkpoint lets it go: nothing else makes one in this mode. */
const CHECKPOINT_EVERY_BYTES = 32 * 1024 * 1024;
/** How many statements or transactions pass between two looks at the log's size. */
const LOOK_EVERY = 200;

export interface PgliteDb extends Db {
  /** The whole data directory as a tar, for tests that begin from a copy. */
  dump(): Promise<Blob>;
}

export interface EmbeddedDbParts {
  lite: PGlite;
  session: PgliteSession;
  /** Gives the directory's lock back. */
  unlock: () => void;
  dir: string;
  onError: (error: unknown) => void;
  clock?: () => Promise<string>;
}

export class EmbeddedDb implements PgliteDb {
  readonly engine = 'pglite';
  readonly warnings: readonly string[];
  private readonly parts: EmbeddedDbParts;
  private readonly nesting = new Nesting();
  private readonly queue = new Queue();
  private closing: Promise<void> | undefined;
  private asked = 0;
  private checkpointed = 0;

  constructor(parts: EmbeddedDbParts) {
    this.parts = parts;
    this.warnings =
      parts.dir === 'memory'
        ? []
        : [
            'The embedded database survives a crash of this program but not a power failure; use DATABASE_URL where that matters',
          ];
  }

  query<Row>(text: string, params: readonly unknown[] = []): Promise<Rows<Row>> {
    return this.next(async () => toRows<Row>(await this.parts.session.run(text, params)));
  }

  script(text: string): Promise<void> {
    return this.next(() => this.parts.session.script(text));
  }

  async clock(): Promise<string> {
    const { clock } = this.parts;
    return clock === undefined ? readClock((text) => this.query(text)) : clock();
  }

  async tx<T>(work: (tx: Tx) => Promise<T>, opening?: string): Promise<T> {
    const { session, clock, onError } = this.parts;
    const { result, afterCommit } = await this.next(() =>
      runTransaction({ session, work, clock, opening, nesting: this.nesting }),
    );
    runAll(afterCommit, onError);
    return result;
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    const name = checkChannel(channel);
    // A notice arrives in the middle of somebody else's statement; `heard` runs as its own caller.
    const asCaller = AsyncLocalStorage.snapshot();
    const own = (payload: string): void => {
      asCaller(() => runAll([() => heard(payload)], this.parts.onError));
    };
    const stop = await this.next(() => this.parts.lite.listen(name, own));
    return () => (this.closing === undefined ? this.next(() => stop()) : Promise.resolve());
  }

  async upkeep(): Promise<void> {
    await this.next(async () => {
      await this.parts.session.run('vacuum (analyze)', []);
      await this.parts.session.run('checkpoint', []);
    });
  }

  dump(): Promise<Blob> {
    return this.next(() => this.parts.lite.dumpDataDir('none'));
  }

  close(): Promise<void> {
    this.nesting.refuseInside();
    this.closing ??= this.queue.add(async () => {
      try {
        await this.parts.lite.close();
      } finally {
        this.parts.unlock();
      }
    });
    return this.closing;
  }

  private async next<T>(run: () => Promise<T>): Promise<T> {
    this.nesting.refuseInside();
    if (this.closing !== undefined) throw closedError();
    return this.queue.add(async () => {
      const answer = await run();
      await this.checkpointWhenDue();
      return answer;
    });
  }

  private async checkpointWhenDue(): Promise<void> {
    this.asked += 1;
    if (this.asked % LOOK_EVERY !== 0) return;
    const { session } = this.parts;
    const { rows } = await session.run(
      `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as at`,
      [],
    );
    const at = Number((rows[0] as { at: number }).at); // the statement above names exactly this column
    if (this.checkpointed > 0 && at - this.checkpointed < CHECKPOINT_EVERY_BYTES) return;
    await session.run('checkpoint', []);
    this.checkpointed = at;
  }
}
