/** A process that dies right after one of its awaits: a statement, a begin, a commit, an answer of Calendly's. */
import type { CalendlyClient } from '../../src/calendly/client.ts';
import type { ConnectionClient } from '../../src/calendly/connection-client.ts';
import type { Db, Tx } from '../../src/store/db.ts';

export interface MortalProcess {
  /** Whether it came to that. */
  readonly isDead: boolean;
  /** What it waited for last. */
  readonly last: string;
  db(db: Db): Db;
  client(client: ConnectionClient): ConnectionClient;
  /** Closes the connections that nobody closes any more. */
  bury(): Promise<void>;
}

/** Dies as soon as what it awaits as number `number`, counted from 1, has happened; nobody hears of that. */
export function mortalProcess(number: number): MortalProcess {
  let awaits = 0;
  let isDead = false;
  let last = '';
  const clients: ConnectionClient[] = [];

  function checkAlive(): void {
    if (isDead) throw new Error('The process is dead');
  }

  function survive(what: string): void {
    // what runs beside it dies with the process too
    checkAlive();
    awaits += 1;
    last = what;
    isDead = awaits === number;
    checkAlive();
  }

  async function live<T>(what: string, run: () => Promise<T>): Promise<T> {
    checkAlive();
    const result = await run();
    survive(what);
    return result;
  }

  function mortalTx(tx: Tx): Tx {
    return {
      query: (text, params) => live(`statement ${text}`, () => tx.query(text, params)),
      script: (text) => live(`script ${text}`, () => tx.script(text)),
      clock: () => live('clock', () => tx.clock()),
      onCommit: (run) => tx.onCommit(run),
    };
  }

  function mortalCalendly(calendly: CalendlyClient): CalendlyClient {
    return {
      get: (path, ...more) => live(`GET ${path}`, () => calendly.get(path, ...more)),
      getResource: (path, ...more) =>
        live(`GET ${path}`, () => calendly.getResource(path, ...more)),
      post: (path, ...more) => live(`POST ${path}`, () => calendly.post(path, ...more)),
      delete: (path, ...more) => live(`DELETE ${path}`, () => calendly.delete(path, ...more)),
      async *pages(path, ...more) {
        checkAlive();
        for await (const page of calendly.pages(path, ...more)) {
          survive(`a page of ${path}`);
          yield page;
        }
      },
      get requests() {
        return calendly.requests;
      },
      get clockSkewMs() {
        return calendly.clockSkewMs;
      },
      close: () => calendly.close(),
    };
  }

  return {
    get isDead() {
      return isDead;
    },
    get last() {
      return last;
    },
    db: (db) => ({
      engine: db.engine,
      warnings: db.warnings,
      query: (text, params) => live(`statement ${text}`, () => db.query(text, params)),
      script: (text) => live(`script ${text}`, () => db.script(text)),
      clock: () => live('clock', () => db.clock()),
      listen: (channel, heard) => live('listen', () => db.listen(channel, heard)),
      upkeep: () => live('upkeep', () => db.upkeep()),
      close: () => Promise.resolve(),
      tx: (work, opening) =>
        live('commit', () =>
          db.tx(async (tx) => {
            survive('begin');
            const made = await work(mortalTx(tx));
            checkAlive();
            return made;
          }, opening),
        ),
    }),
    client(client) {
      clients.push(client);
      return { ...client, calendly: mortalCalendly(client.calendly) };
    },
    async bury() {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}
