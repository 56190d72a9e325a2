/** The embedded PostgreSQL (PGlite, WebAssembly) as a `Db`: one session, one thing at a time. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';
import { checkChannel } from './channel.ts';
import { closedError } from './database-error.ts';
import type { Db, Rows, Tx } from './db.ts';
import { lockDirectory } from './embedded-lock.ts';
import { prepareDirectory } from './pglite-directory.ts';
import { PgliteSession, prepareSession } from './pglite-session.ts';
import { runAll } from './postgres.ts';
import { Queue } from './queue.ts';
import { Nesting, readClock, runTransaction, toRows } from './transaction.ts';

export interface OpenPgliteOptions {
  /** Where the files are; `memory` keeps everything in memory and takes no lock. */
  dir: string | 'memory';
  /** The schema that unqualified names mean; need not exist yet. */
  schema: string;
  /** Told of what nobody waits for: a listener or an after-commit step that threw. */
  onError: (error: unknown) => void;
  /** Stands in for the database's clock (RFC 3339 text) in simulations. */
  clock?: () => Promise<string>;
  /** A data directory as a tar to begin with; only in memory. */
  image?: Blob;
}

const START_PARAMS = [
  ...PGlite.defaultStartParams,
  ...['shared_buffers=16MB', 'max_wal_size=64MB', 'min_wal_size=32MB'].flatMap((s) => ['-c', s]),
];

/** How much log may gather before a checkpoint lets it go: nothing else makes one in this mode. */
const CHECKPOINT_EVERY_BYTES = 32 * 1024 * 1024;
/** How many writes pass between two looks at the log's size. */
const LOOK_EVERY_STATEMENTS = 200;

/** `PGliteDb` can also hand out its files, for tests that begin from a copy. */
export interface PgliteDb extends Db {
  /** The whole data directory as a tar. */
  dump(): Promise<Blob>;
}

/**
 * Opens (and at first makes) the database. Throws `AppError`: `database.in_use` when another
 * process has it open, `database.directory_not_usable` when the directory holds something else.
 */
export async function openPglite(options: OpenPgliteOptions): Promise<PgliteDb> {
  const { dir } = options;
  const unlock = dir === 'memory' ? () => undefined : lockDirectory(dir);
  try {
    if (dir !== 'memory') {
      await prepareDirectory(dir, async (target) => (await startPglite(target)).close());
    }
    const lite = await startPglite(dir === 'memory' ? 'memory://' : dir, options.image);
    const session = new PgliteSession(lite);
    await prepareSession(session, options.schema);
    return new EmbeddedDb({ lite, session, unlock, options });
  } catch (error) {
    unlock();
    throw error;
  }
}

function startPglite(dataDir: string, image?: Blob): Promise<PGlite> {
  // One compiler thread instead of one per core: 70 MB less memory, no slower start (measured).
  setFlagsFromString('--wasm-num-compilation-tasks=1');
  return PGlite.create({
    dataDir,
    startParams: START_PARAMS,
    ...(image === undefined ? {} : { loadDataDir: image }),
  });
}

interface EmbeddedDbParts {
  lite: PGlite;
  session: PgliteSession;
  unlock: () => void;
  options: OpenPgliteOptions;
}

class EmbeddedDb implements PgliteDb {
  readonly engine = 'pglite';
  readonly warnings: readonly string[];
  private readonly parts: EmbeddedDbParts;
  private readonly nesting = new Nesting();
  private readonly queue = new Queue();
  private closing: Promise<void> | undefined;
  private statements = 0;
  private checkpointed = 0;

  constructor(parts: EmbeddedDbParts) {
    this.parts = parts;
    this.warnings =
      parts.options.dir === 'memory'
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
    const { clock } = this.parts.options;
    return clock === undefined ? readClock((text) => this.query(text)) : clock();
  }

  async tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const { session, options } = this.parts;
    const { result, afterCommit } = await this.next(() =>
      runTransaction({ session, work, clock: options.clock, nesting: this.nesting }),
    );
    runAll(afterCommit, options.onError);
    return result;
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    const name = checkChannel(channel);
    // A notice arrives in the middle of somebody else's statement; `heard` runs as its own caller.
    const asCaller = AsyncLocalStorage.snapshot();
    const own = (payload: string): void => {
      asCaller(() => runAll([() => heard(payload)], this.parts.options.onError));
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
    this.statements += 1;
    if (this.statements % LOOK_EVERY_STATEMENTS !== 0) return;
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
