/** Guests and hosts of the meetings that were just written, as rows of their own. */
import { emailKey } from '../domain/email.ts';
import type { ObservedMeeting } from '../domain/meeting.ts';
import type { Tx } from '../store/db.ts';
import { recordHosts, replaceGuests } from '../store/guests.ts';
import type { WrittenRow } from '../store/meetings.ts';

/**
 * Keeps the guest rows of written meetings in step with their lists, and remembers their hosts' addresses.
 * Addresses that are none are left out.
 */
export async function recordPeople(
  tx: Tx,
  workspaceId: string,
  input: {
    at: string;
    meetings: readonly ObservedMeeting[];
    written: ReadonlyMap<string, WrittenRow>;
  },
): Promise<void> {
  const changed = input.meetings.flatMap((meeting) => {
    const row = input.written.get(meeting.uri);
    // a new meeting without guests has no rows to replace
    if (row === undefined || (row.inserted && meeting.guests.length === 0)) return [];
    const guests = meeting.guests.flatMap(({ email }) => {
      const key = emailKey(email);
      return key === undefined ? [] : [{ key, email }];
    });
    return [{ meetingId: row.id, guests }];
  });
  await replaceGuests(tx, workspaceId, { at: input.at, meetings: changed });
  const hosts = input.meetings
    .filter((meeting) => input.written.has(meeting.uri))
    .flatMap((meeting) => meeting.hosts.map((host) => emailKey(host.email)))
    .filter((key) => key !== undefined);
  await recordHosts(tx, workspaceId, [...new Set(hosts)]);
}
