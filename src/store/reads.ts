/** Reads that are owed to Calendly: queued with the page that made them necessary, kept until answered. */
import type { Sql, Tx } from './db.ts';

export type ReadKind = 'invitees' | 'invitee' | 'meeting' | 'event_type';

export interface QueuedRead {
  kind: ReadKind;
  uri: string;
  reason: string;
  attempts: number;
  /** Of a read of invitees: the meeting's fingerprint now, before they are read. */
  fingerprint: string | null;
}

export interface Owner {
  workspaceId: string;
  connectionId: string;
}

/**
 * Queues an invitee read for each of these meetings whose fingerprint moved since the last complete read. One
 * that failed and waits is due at once where there is `news` of the meeting.
 */
export async function queueInviteeReads(
  tx: Tx,
  owner: Owner,
  queue: {
    at: string;
    uris: readonly string[];
    everyOne: boolean;
    delivered?: boolean;
    news?: readonly string[];
  },
): Promise<void> {
  if (queue.uris.length === 0) return;
  await tx.query(
    `insert into queued_reads as q (workspace_id, connection_id, kind, uri, reason, priority, next_try_at, queued_at)
     select m.workspace_id, $2, 'invitees', m.calendly_uri,
       case when $6 then 'delivered'
            when m.fingerprint is distinct from m.invitees_fingerprint then 'changed' else 'full' end,
       case when m.start_time >= $3::timestamptz - interval '2 days' then 0 else 1 end, $3, $3
     from meetings m
     where m.workspace_id = $1 and m.calendly_uri = any($4::text[])
       and ($5 or m.fingerprint is distinct from m.invitees_fingerprint)
       -- what waits to be worked is on its way to the rows, and owes a confirmation of its own
       and not ($6 and exists (
         select 1 from webhook_deliveries d
         where d.workspace_id = $1 and d.connection_id = $2 and d.state = 'received' and d.next_try_at <= $3))
     order by m.calendly_uri
     on conflict (workspace_id, connection_id, kind, uri) do update set next_try_at = excluded.next_try_at
     where q.attempts > 0 and q.next_try_at > excluded.next_try_at and q.uri = any($7::text[])`,
    [
      owner.workspaceId,
      owner.connectionId,
      queue.at,
      queue.uris,
      queue.everyOne,
      queue.delivered ?? false,
      queue.news ?? [],
    ],
  );
}

/** Queues a read of each event type that these meetings name and no row holds. */
export async function queueEventTypeReads(
  tx: Tx,
  owner: Owner,
  queue: { at: string; uris: readonly string[] },
): Promise<void> {
  await tx.query(
    `insert into queued_reads (workspace_id, connection_id, kind, uri, reason, priority, next_try_at, queued_at)
     select distinct m.workspace_id, $2::uuid, 'event_type', m.event_type_uri, 'unlisted', 2, $3::timestamptz, $3::timestamptz
     from meetings m
     where m.workspace_id = $1 and m.calendly_uri = any($4::text[]) and m.event_type_uri is not null
       and not exists (
         select 1 from event_types t
         where t.workspace_id = m.workspace_id and t.calendly_uri = m.event_type_uri)
     on conflict (workspace_id, connection_id, kind, uri) do nothing`,
    [owner.workspaceId, owner.connectionId, queue.at, queue.uris],
  );
}

/** Queues a direct read of meetings whose news could not be trusted. */
export async function queueMeetingReads(
  tx: Tx,
  owner: Owner,
  queue: { at: string; uris: readonly string[]; reason: string },
): Promise<void> {
  if (queue.uris.length === 0) return;
  await tx.query(
    `insert into queued_reads (workspace_id, connection_id, kind, uri, reason, priority, next_try_at, queued_at)
     select $1, $2, 'meeting', u.uri, $5, 0, $3, $3 from unnest($4::text[]) as u(uri)
     on conflict (workspace_id, connection_id, kind, uri) do nothing`,
    [owner.workspaceId, owner.connectionId, queue.at, queue.uris, queue.reason],
  );
}

/** The next reads that are due, most urgent first, without those in `tried` (`KIND URI`). */
export async function nextReads(
  sql: Sql,
  owner: Owner,
  ask: { at: string; limit: number; tried: readonly string[] },
): Promise<QueuedRead[]> {
  const { rows } = await sql.query<QueuedRead>(
    `select q.kind, q.uri, q.reason, q.attempts,
       case when q.kind = 'invitees' then (
         select m.fingerprint from meetings m
         where m.workspace_id = q.workspace_id and m.calendly_uri = q.uri) end as fingerprint
     from queued_reads q
     where q.workspace_id = $1 and q.connection_id = $2 and q.next_try_at <= $3
       and (q.kind || ' ' || q.uri) <> all($5::text[])
     order by q.priority, q.kind desc, q.next_try_at, q.uri limit $4`,
    [owner.workspaceId, owner.connectionId, ask.at, ask.limit, ask.tried],
  );
  return rows;
}

/**
 * Takes answered reads off the queue, in the transaction that writes their answers. One that was asked for
 * again after it began stays: it is read again after a longer pause than the first time, so that a long burst
 * of deliveries costs few reads.
 */
export async function finishReads(
  tx: Tx,
  owner: Owner,
  done: { kind: ReadKind; uris: readonly string[]; readStartedAt: string },
): Promise<void> {
  await tx.query(
    `with answered as (
       delete from queued_reads
       where workspace_id = $1 and connection_id = $2 and kind = $3 and uri = any($4::text[]) and queued_at <= $5
     )
     update queued_reads set next_try_at = queued_at + interval '8 seconds'
     where workspace_id = $1 and connection_id = $2 and kind = $3 and uri = any($4::text[]) and queued_at > $5`,
    [owner.workspaceId, owner.connectionId, done.kind, done.uris, done.readStartedAt],
  );
}

/** Keeps a read that failed for a later try, not before `notBefore`. */
export async function postponeRead(
  sql: Sql,
  owner: Owner,
  failed: { kind: ReadKind; uri: string; notBefore: string; code: string },
): Promise<void> {
  await sql.query(
    `update queued_reads set attempts = attempts + 1, next_try_at = $5, last_error = $6
     where workspace_id = $1 and connection_id = $2 and kind = $3 and uri = $4`,
    [owner.workspaceId, owner.connectionId, failed.kind, failed.uri, failed.notBefore, failed.code],
  );
}
