/** Meetings whose invitees are read again although nothing says that they changed. */
import type { Tx } from './db.ts';

/** One class of meetings: how often its invitees are read, and how many are due at most. */
export interface RollingClass {
  /** Start times from here (null: from ever) … */
  from: string | null;
  /** … to before here (null: to ever). */
  to: string | null;
  /** Whether canceled meetings belong to it whatever their time, instead of only active ones. */
  canceled: boolean;
  /** Read before this: due. */
  readBefore: string;
  /** Part of the class that one run may read, 0 to 1. */
  share: number;
}

/**
 * Owes an invitee read of the longest unread meetings of a class: those whose list row has not moved since
 * the last read, at most `share` of the class, rounded up.
 */
export async function queueRollingReads(
  tx: Tx,
  owner: { workspaceId: string; connectionId: string; at: string },
  rolling: RollingClass,
): Promise<void> {
  await tx.query(
    `with class as (
       select m.calendly_uri, m.invitees_read_at, m.fingerprint = m.invitees_fingerprint as is_settled
       from meetings m
       join meeting_sightings s on s.workspace_id = $1 and s.connection_id = $2 and s.meeting_id = m.id
         -- what only a direct read has shown, or nobody would show, belongs to another host by now
         and s.absent_since is null and s.shown_at is null
       where m.workspace_id = $1 and m.vanished_at is null
         and ((m.status = 'active' and ($4::timestamptz is null or m.start_time >= $4)
               and ($5::timestamptz is null or m.start_time < $5))
              or ($6 and m.status = 'canceled'))
     )
     insert into queued_reads (workspace_id, connection_id, kind, uri, reason, priority, next_try_at, queued_at)
     select $1, $2, 'invitees', calendly_uri, 'rolling', 3, $3, $3 from class
     where is_settled and invitees_read_at < $7
     order by invitees_read_at, calendly_uri
     limit (select ceil(count(*) * $8::float8) from class)
     on conflict (workspace_id, connection_id, kind, uri) do nothing`,
    [
      owner.workspaceId,
      owner.connectionId,
      owner.at,
      rolling.from,
      rolling.to,
      rolling.canceled,
      rolling.readBefore,
      rolling.share,
    ],
  );
}

/** Counts meetings whose invitees had changed although their list rows said nothing. */
export async function countSilentChanges(
  tx: Tx,
  owner: { workspaceId: string; connectionId: string },
  count: number,
): Promise<void> {
  await tx.query(
    `update calendly_connections set silent_changes = silent_changes + $3 where workspace_id = $1 and id = $2`,
    [owner.workspaceId, owner.connectionId, count],
  );
}
