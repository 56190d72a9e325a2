/** What an upsert did to each row, told from the row before and the rows that were written. */
import type { Change, Observation } from '../domain/observation.ts';
import type { MirrorRow } from '../store/guard.ts';
import type { WrittenRow } from '../store/meetings.ts';

export interface Item {
  uri: string;
  status: string;
  sourceUpdatedAt: string;
  coreHash: string;
  fullHash: string;
}

export interface Verdict {
  change: Change;
  /** The item differs from the row, was not written, and is not provably old: read it directly. */
  reread: boolean;
}

export interface Judgement {
  observation: Observation;
  items: readonly Item[];
  before: ReadonlyMap<string, MirrorRow>;
  written: ReadonlyMap<string, WrittenRow>;
}

/** One verdict for each item, by URI. */
export function judge(judgement: Judgement): Map<string, Verdict> {
  return new Map(judgement.items.map((item) => [item.uri, verdictOf(item, judgement)]));
}

function verdictOf(item: Item, { observation, before, written }: Judgement): Verdict {
  const row = before.get(item.uri);
  const write = written.get(item.uri);
  if (write !== undefined) {
    if (write.inserted) return { change: 'created', reread: false };
    const canceled = row?.status === 'active' && item.status === 'canceled';
    return { change: canceled ? 'canceled' : 'updated', reread: false };
  }
  // inserted by another transaction between the look and the write: the direct read settles it
  if (row === undefined) return { change: 'stale', reread: true };
  if (isSame(item, row, observation)) return { change: 'unchanged', reread: false };
  const old = item.sourceUpdatedAt < row.source_updated_at;
  const lateRead = observation.source !== 'delivery' && observation.readStartedAt > row.observed_at;
  return { change: 'stale', reread: !old || lateRead };
}

/** Whether the row holds what the item says; a delivery lacks fields and speaks of the others only. */
export function isSame(item: Item, row: MirrorRow, { source }: Observation): boolean {
  return source === 'delivery' ? row.core_hash === item.coreHash : row.full_hash === item.fullHash;
}

/** Each URI once: of items that repeat it the one with the newest `updated_at`, of equals the last. */
export function newestOfEach<T extends { uri: string; sourceUpdatedAt: string | null }>(
  items: readonly T[],
): T[] {
  const newest = new Map<string, T>();
  for (const item of items) {
    const known = newest.get(item.uri);
    if (known === undefined || (item.sourceUpdatedAt ?? '') >= (known.sourceUpdatedAt ?? '')) {
      newest.set(item.uri, item);
    }
  }
  return [...newest.values()];
}
