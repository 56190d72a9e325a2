/** Which items of a page say something else than their rows: only those are locked and written. */
import type { Observation } from '../domain/observation.ts';
import type { Tx } from '../store/db.ts';
import { type MirrorRow, readMirrorRows } from '../store/guard.ts';
import { isSame, type Item } from './verdict.ts';

export interface Sifted<T> {
  /** The rows of all items, as they stood when they were compared or locked. */
  before: ReadonlyMap<string, MirrorRow>;
  /** New items, and those that differ from their rows, which are locked now. */
  news: T[];
}

/**
 * Sifts `items`, each URI once. Most pages bring no news: a lock would write to each of their rows, and
 * an upsert would send all their JSON.
 */
export async function sift<T extends Item>(
  tx: Tx,
  table: 'meetings' | 'invitees',
  { observation, items }: { observation: Observation; items: readonly T[] },
): Promise<Sifted<T>> {
  const { workspaceId } = observation;
  const ask = { workspaceId, uris: items.map(({ uri }) => uri), lock: false };
  const before = await readMirrorRows(tx, table, ask);
  const news = items.filter((item) => {
    const row = before.get(item.uri);
    return row === undefined || !isSame(item, row, observation);
  });
  const uris = news.flatMap(({ uri }) => (before.has(uri) ? [uri] : []));
  if (uris.length === 0) return { before, news };
  const locked = await readMirrorRows(tx, table, { workspaceId, uris, lock: true });
  return { before: new Map([...before, ...locked]), news };
}
