/** Guests of meetings as rows, kept in step with the meeting's own list. */
import type { Tx } from './db.ts';
import { rematchOwn } from './rematch.ts';

export interface MeetingGuests {
  meetingId: string;
  guests: readonly { key: string; email: string }[];
}

/** Makes the guests of these meetings exactly the given ones; links of those who stay are kept. */
export async function replaceGuests(
  tx: Tx,
  workspaceId: string,
  write: { at: string; meetings: readonly MeetingGuests[] },
): Promise<void> {
  if (write.meetings.length === 0) return;
  const rows = write.meetings.flatMap(({ meetingId, guests }) =>
    guests.map((guest) => ({ meeting_id: meetingId, email_key: guest.key, email: guest.email })),
  );
  await tx.query(
    `delete from meeting_guests g
     where g.workspace_id = $1 and g.meeting_id = any($2::uuid[])
       and not exists (
         select 1 from jsonb_to_recordset($3::jsonb) as x(meeting_id uuid, email_key text)
         where x.meeting_id = g.meeting_id and x.email_key = g.email_key)`,
    [workspaceId, write.meetings.map(({ meetingId }) => meetingId), JSON.stringify(rows)],
  );
  if (rows.length === 0) return;
  await tx.query(
    `insert into meeting_guests (workspace_id, meeting_id, email_key, email, created_at)
     select distinct on (x.meeting_id, x.email_key) $1::uuid, x.meeting_id, x.email_key, x.email, $3::timestamptz
     from jsonb_to_recordset($2::jsonb) as x(meeting_id uuid, email_key text, email text)
     on conflict do nothing`,
    [workspaceId, JSON.stringify(rows), write.at],
  );
}

/** Remembers addresses of hosts; who was a client under one is linked anew. */
export async function recordHosts(
  tx: Tx,
  workspaceId: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  const { rows } = await tx.query<{ email_key: string }>(
    `insert into host_addresses (workspace_id, email_key)
     select $1, u.key from unnest($2::text[]) as u(key)
     where not exists (select 1 from host_addresses h where h.workspace_id = $1 and h.email_key = u.key)
     order by u.key on conflict do nothing returning email_key`,
    [workspaceId, keys],
  );
  await rematchOwn(
    tx,
    workspaceId,
    rows.map((row) => row.email_key),
  );
}
