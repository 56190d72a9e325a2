/** Notices when a database is used inside of its own transaction but not through it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { AppError } from '../domain/errors.ts';

/**
 * Notices when `db` itself is used inside one of its own transactions. On PGlite that waits for
 * itself for ever; on PostgreSQL it would run outside of the transaction.
 */
export class Nesting {
  private readonly storage = new AsyncLocalStorage<{ open: boolean }>();

  /** Throws when the caller runs inside a transaction that is still open. */
  refuseInside(): void {
    if (this.storage.getStore()?.open !== true) return;
    throw new AppError({
      kind: 'bug',
      code: 'database.outside_transaction',
      message: 'Inside a transaction only its own `tx` may be used, not `db`',
    });
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const mark = { open: true };
    try {
      return await this.storage.run(mark, work);
    } finally {
      mark.open = false;
    }
  }
}
