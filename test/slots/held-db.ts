/** A database that takes no time in a story: while it is asked, time stands still. */
import type { Db } from '../../src/store/db.ts';
import type { SharedTime } from './shared-time.ts';

export function heldDb(db: Db, time: SharedTime): Db {
  return {
    engine: db.engine,
    warnings: db.warnings,
    query: (text, params) => time.holding(db.query(text, params)),
    script: (text) => time.holding(db.script(text)),
    clock: () => time.holding(db.clock()),
    tx: (work, opening) => time.holding(db.tx(work, opening)),
    listen: (channel, heard) => db.listen(channel, heard),
    upkeep: () => db.upkeep(),
    close: () => db.close(),
  };
}
