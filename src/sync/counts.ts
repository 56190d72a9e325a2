/** Adding up what became of meetings. */
import { type Change, type ChangeCounts, NO_CHANGES } from '../domain/observation.ts';

/** The counts of these changes; what was too old to be written left its row unchanged. */
export function countChanges(changes: Iterable<Change>): ChangeCounts {
  const counts = { ...NO_CHANGES };
  for (const change of changes) counts[change === 'stale' ? 'unchanged' : change] += 1;
  return counts;
}

export function addCounts(a: ChangeCounts, b: ChangeCounts): ChangeCounts {
  return {
    created: a.created + b.created,
    updated: a.updated + b.updated,
    canceled: a.canceled + b.canceled,
    unchanged: a.unchanged + b.unchanged,
    vanished: a.vanished + b.vanished,
  };
}

/** Which of these meetings a rescheduling has ended is only known once their invitees are read (`answers`). */
export function rememberCanceled(
  counted: { canceled?: Set<string> },
  changes: ReadonlyMap<string, Change>,
): void {
  const canceled = (counted.canceled ??= new Set());
  for (const [uri, change] of changes) if (change === 'canceled') canceled.add(uri);
}
