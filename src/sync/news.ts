/** What the live stream is told of a write: ids and kinds, never contents. */
import type { Tx } from '../store/db.ts';
import type { FeedEntry } from '../store/feed.ts';
import { meetingIds, type WrittenRow } from '../store/meetings.ts';
import type { Verdict } from './verdict.ts';

/** One entry for each meeting that was written. */
export function announceMeetings(
  feed: FeedEntry[],
  verdicts: ReadonlyMap<string, Verdict>,
  written: ReadonlyMap<string, WrittenRow>,
): void {
  for (const [uri, row] of written) {
    const change = verdicts.get(uri)?.change ?? 'updated';
    feed.push({ event: `meeting.${change}`, subjectId: row.id });
  }
}

/** One `meeting.updated` for each meeting whose invitees were written, unless it is announced already. */
export async function announceInvitees(
  tx: Tx,
  feed: FeedEntry[],
  touched: { workspaceId: string; meetingUris: readonly string[] },
): Promise<void> {
  if (touched.meetingUris.length === 0) return;
  const ids = await meetingIds(tx, touched.workspaceId, touched.meetingUris);
  const known = new Set(feed.map((entry) => entry.subjectId));
  for (const id of ids) {
    if (!known.has(id)) feed.push({ event: 'meeting.updated', subjectId: id });
  }
}
