/** The room of documents in a process that dies at a given step, of whatever kind: a transaction, a file, a store. */
import type { DocumentsDeps } from '../../src/documents/deps.ts';
import type { Db } from '../../src/store/db.ts';
import { tenantsOf } from '../../src/store/tenants.ts';
import type { Death } from './mortal-db.ts';

export interface MortalDocuments extends DocumentsDeps {
  /** Whether it came to that. */
  readonly isDead: boolean;
}

/** Dies just before or after its step number `number`, counted from 1; from then on nothing answers. */
export function mortalDocuments(
  deps: DocumentsDeps,
  db: Db,
  { number, death }: { number: number; death: Death },
): MortalDocuments {
  let steps = 0;
  let isDead = false;

  async function step<T>(run: () => Promise<T>): Promise<T> {
    if (isDead) throw new Error('The process is dead');
    steps += 1;
    const isLast = steps === number;
    if (isLast && death === 'before') isDead = true;
    if (isDead) throw new Error('The process is dead');
    const result = await run();
    if (isLast) isDead = true;
    if (isDead) throw new Error('The process is dead');
    return result;
  }

  const { storage, staging } = deps;
  return {
    ...deps,
    get isDead() {
      return isDead;
    },
    tenants: tenantsOf({
      ...db,
      engine: db.engine,
      warnings: db.warnings,
      query: (text, params) => step(() => db.query(text, params)),
      script: (text) => step(() => db.script(text)),
      clock: () => db.clock(),
      listen: (channel, heard) => db.listen(channel, heard),
      upkeep: () => db.upkeep(),
      close: () => Promise.resolve(),
      tx: (work, opening) => step(() => db.tx(work, opening)),
    }),
    storage: {
      bucket: storage.bucket,
      put: (key, staged) => step(() => storage.put(key, staged)),
      read: (key, range) => step(() => storage.read(key, range)),
      remove: (key) => step(() => storage.remove(key)),
    },
    staging: {
      write: (id, bytes, maxBytes) => step(() => staging.write(id, bytes, maxBytes)),
      remove: (id) => step(() => staging.remove(id)),
      list: () => staging.list(),
    },
  };
}
