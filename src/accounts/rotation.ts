/** Rotating keys: everything that is sealed is sealed anew with the first key of ENCRYPTION_KEYS. */
import type { Keyring } from '../base/box.ts';
import { AppError } from '../domain/errors.ts';
import type { Db } from '../store/db.ts';
import {
  countCurrent,
  listOutdated,
  replaceSealed,
  SEALED_COLUMNS,
  type SealedColumn,
} from '../store/sealed.ts';

export interface Rotation {
  /** Sealed anew by this call. */
  rotated: number;
  /** Sealed with the first key, all told. */
  current: number;
  /** Sealed with a key that ENCRYPTION_KEYS does not hold any more. */
  unreadable: number;
}

const BATCH = 100;

/** Row by row, so that an interrupted rotation goes on with the next call. Throws the signal's reason. */
export async function rotateKeys(
  db: Db,
  keyring: Keyring,
  options: { signal: AbortSignal; told?: (sum: Rotation) => void },
): Promise<Rotation> {
  const sum: Rotation = { rotated: 0, current: 0, unreadable: 0 };
  for (const column of SEALED_COLUMNS) {
    await rotateColumn({ db, keyring, column, sum }, options);
    sum.current += await countCurrent(db, column, keyring.sealsWith);
  }
  return sum;
}

async function rotateColumn(
  work: { db: Db; keyring: Keyring; column: SealedColumn; sum: Rotation },
  options: { signal: AbortSignal; told?: (sum: Rotation) => void },
): Promise<void> {
  const { db, keyring, column, sum } = work;
  let after: string | null = null;
  for (;;) {
    const rows = await listOutdated(db, column, { keyId: keyring.sealsWith, after, limit: BATCH });
    for (const row of rows) {
      options.signal.throwIfAborted();
      after = row.key;
      const text = open(keyring, row.sealed, column.place(row.key));
      if (text === undefined) sum.unreadable += 1;
      else {
        const by = keyring.seal(text, column.place(row.key));
        // a secret that was replaced meanwhile is sealed with the first key already
        if (await replaceSealed(db, column, { ...row, by })) sum.rotated += 1;
      }
    }
    options.told?.(sum);
    if (rows.length < BATCH) return;
  }
}

function open(keyring: Keyring, sealed: string, place: string): string | undefined {
  try {
    return keyring.open(sealed, place);
  } catch (error) {
    if (error instanceof AppError && error.code === 'box.cannot_open') return undefined;
    throw error;
  }
}
