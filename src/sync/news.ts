/** What the live stream is told of a write: ids and kinds, never contents. */
import type { FeedEntry } from '../store/feed.ts';
import type { WrittenInvitee } from '../store/invitees.ts';
import type { WrittenRow } from '../store/meetings.ts';
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
export function announceInvitees(feed: FeedEntry[], written: Iterable<WrittenInvitee>): void {
  const known = new Set(feed.map((entry) => entry.subjectId));
  for (const { meeting_id: id } of written) {
    if (id === null || known.has(id)) continue;
    known.add(id);
    feed.push({ event: 'meeting.updated', subjectId: id });
  }
}
