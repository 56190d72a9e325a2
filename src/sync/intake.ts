/** Stores deliveries that come at the same moment with one INSERT: many of them wait for the disk once. */
import { DatabaseError } from '../store/database-error.ts';
import type { Sql } from '../store/db.ts';
import { insertDeliveries, type NewDelivery } from '../store/deliveries.ts';

/** Resolves once the delivery is committed, alone or with others. Rejects where it could not be stored. */
export type Intake = (delivery: NewDelivery) => Promise<void>;

interface Waiting {
  delivery: NewDelivery;
  stored: PromiseWithResolvers<void>;
}

/** INSERTs at once: while one waits for the disk the next is made ready. */
const LANES = 2;
const MOST_ROWS = 64;
const MOST_BYTES = 1024 * 1024;

/**
 * Nothing waits for company: what comes while a lane is free is stored at once, what comes while all are
 * busy goes with the next. One that the database refuses does not take the others along.
 */
export function createIntake(db: Sql): Intake {
  const waiting: Waiting[] = [];
  let busy = 0;

  async function work(): Promise<void> {
    busy += 1;
    while (waiting.length > 0) await storeTogether(db, takeSome(waiting));
    busy -= 1;
  }

  return (delivery) => {
    const stored = Promise.withResolvers<void>();
    waiting.push({ delivery, stored });
    if (busy < LANES) void work();
    return stored.promise;
  };
}

/** From the front: as many as one statement takes, and no bytes twice in it. */
function takeSome(waiting: Waiting[]): Waiting[] {
  const known = new Set<string>();
  let bytes = 0;
  const end = waiting.findIndex(({ delivery }, index) => {
    const { connectionId, sha256, body } = delivery;
    const key = `${connectionId} ${Buffer.from(sha256).toString('hex')}`;
    bytes += body.length;
    const isFull = index > 0 && (index === MOST_ROWS || bytes > MOST_BYTES || known.has(key));
    known.add(key);
    return isFull;
  });
  return waiting.splice(0, end === -1 ? waiting.length : end);
}

/** Never rejects: each is told by its own promise. */
async function storeTogether(db: Sql, some: readonly Waiting[]): Promise<void> {
  try {
    await insertDeliveries(
      db,
      some.map(({ delivery }) => delivery),
    );
    for (const { stored } of some) stored.resolve();
  } catch (error) {
    if (some.length > 1 && isOfOneRow(error)) {
      for (const one of some) await storeTogether(db, [one]);
      return;
    }
    for (const { stored } of some) stored.reject(error);
  }
}

/** A value or a constraint: another row of the same statement is the cause, or this one. */
function isOfOneRow(error: unknown): boolean {
  return error instanceof DatabaseError && /^2[23]/.test(error.sqlstate ?? '');
}
