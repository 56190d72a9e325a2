/** Joining meetings into series as reschedulings become known: any length, any order, late links too. */
import type { Tx } from '../store/db.ts';
import { findReschedulings, joinSeries, markFollowers, shareNotes } from '../store/series.ts';

/**
 * Joins what the invitees that were just written tell. Of two series that turn out to be one the older id
 * stays (UUIDv7: the smaller); notes are shared, and whose link depends on another's is linked anew.
 */
export async function followReschedulings(
  tx: Tx,
  workspaceId: string,
  news: { inviteeUris: readonly string[]; newId: () => string },
): Promise<void> {
  const { inviteeUris } = news;
  if (inviteeUris.length === 0) return;
  const reschedulings = await findReschedulings(tx, workspaceId, inviteeUris);
  if (reschedulings.length === 0) return;
  const known = new Map<string, string>();
  const joined = new Set<string>();
  for (const { from_id, to_id, from_series, to_series } of reschedulings) {
    const from = known.get(from_id) ?? from_series;
    const to = known.get(to_id) ?? to_series;
    if (from !== null && from === to) continue;
    const [older = news.newId(), newer] = [from, to].filter((series) => series !== null).sort();
    await joinSeries(tx, workspaceId, {
      into: older,
      meetingIds: [from_id, to_id],
      series: newer ?? null,
    });
    for (const [id, series] of known) if (series === newer) known.set(id, older);
    known.set(from_id, older).set(to_id, older);
    joined.add(older);
    if (newer !== undefined) joined.delete(newer);
  }
  for (const series of [...joined].sort()) {
    await shareNotes(tx, workspaceId, series);
    await markFollowers(tx, workspaceId, series);
  }
}
