/** A database as a process sees it that dies with one of its transactions. */
import type { Db } from '../../src/store/db.ts';

/** `before`: the transaction is lost with the process; `after`: it is committed, and nobody heard of it. */
export type Death = 'before' | 'after';

export interface MortalDb extends Db {
  /** Whether it came to that. */
  readonly isDead: boolean;
}

/** The process dies just before or after the commit of its transaction number `number`, counted from 1. */
export function mortalDb(db: Db, number: number, death: Death): MortalDb {
  let transactions = 0;
  let isDead = false;

  function die(): never {
    isDead = true;
    throw new Error('The process is dead');
  }

  function alive<T>(run: () => Promise<T>): Promise<T> {
    return isDead ? Promise.reject(new Error('The process is dead')) : run();
  }

  return {
    get isDead() {
      return isDead;
    },
    engine: db.engine,
    warnings: db.warnings,
    query: (text, params) => alive(() => db.query(text, params)),
    script: (text) => alive(() => db.script(text)),
    clock: () => alive(() => db.clock()),
    listen: (channel, heard) => alive(() => db.listen(channel, heard)),
    upkeep: () => alive(() => db.upkeep()),
    close: () => Promise.resolve(),
    tx: (work, opening) =>
      alive(async () => {
        transactions += 1;
        const isLast = transactions === number;
        const result = await db.tx(async (tx) => {
          const made = await work(tx);
          // what runs beside it dies with the process too
          if (isDead || (isLast && death === 'before')) die();
          return made;
        }, opening);
        if (isLast) die();
        return result;
      }),
  };
}
