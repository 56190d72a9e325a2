/** Confirming reads: owed by deliveries, coalesced, due a few seconds later, claimed by one process each. */
import type { Sql, Tx } from './db.ts';
import type { QueuedRead, ReadKind } from './reads.ts';

/** Conference links come 1 to 2 seconds after a booking, without any webhook. */
const DELAY = `interval '3 seconds'`;
/** How long a claimed read belongs to the process that claimed it. */
const CLAIM = `interval '60 seconds'`;

interface Owner {
  workspaceId: string;
  connectionId: string;
}

/**
 * Owes one read of this thing in a few seconds. A read that waits serves every delivery until it begins;
 * one that is under way is owed again afterwards (`finishReads` compares `queued_at`).
 */
export async function queueConfirmation(
  tx: Tx,
  owner: Owner,
  read: { kind: ReadKind; uri: string },
): Promise<void> {
  const at = await tx.clock();
  await tx.query(
    `insert into queued_reads as q (workspace_id, connection_id, kind, uri, reason, priority, next_try_at, queued_at)
     values ($1, $2, $3, $4, 'delivered', 0, $5::timestamptz + ${DELAY}, $5)
     on conflict (workspace_id, connection_id, kind, uri) do update set
       queued_at = excluded.queued_at, reason = 'delivered',
       next_try_at = case when q.reason = 'delivered' then q.next_try_at else excluded.next_try_at end`,
    [owner.workspaceId, owner.connectionId, read.kind, read.uri, at],
  );
}

/** Connections that have confirming reads due, the longest waiting first. */
export async function listConfirmationsDue(sql: Sql, at: string): Promise<string[]> {
  const { rows } = await sql.query<{ connection_id: string }>(
    `select q.connection_id from queued_reads q
     join calendly_connections c on c.workspace_id = q.workspace_id and c.id = q.connection_id
     where q.reason = 'delivered' and q.next_try_at <= $1 and c.state = 'active'
     group by q.connection_id order by min(q.next_try_at)`,
    [at],
  );
  return rows.map((row) => row.connection_id);
}

/** Claims confirming reads that are due; another process gets others. */
export async function claimConfirmations(
  sql: Sql,
  owner: Owner,
  claim: { at: string; limit: number },
): Promise<QueuedRead[]> {
  const { rows } = await sql.query<QueuedRead>(
    `update queued_reads q set next_try_at = $3::timestamptz + ${CLAIM}
     from (
       select kind, uri from queued_reads
       where workspace_id = $1 and connection_id = $2 and reason = 'delivered' and next_try_at <= $3
       order by next_try_at limit $4 for update skip locked) due
     where q.workspace_id = $1 and q.connection_id = $2 and q.kind = due.kind and q.uri = due.uri
     returning q.kind, q.uri, q.reason, q.attempts, case when q.kind = 'invitees' then (
       select m.fingerprint from meetings m
       where m.workspace_id = q.workspace_id and m.calendly_uri = q.uri) end as fingerprint`,
    [owner.workspaceId, owner.connectionId, claim.at, claim.limit],
  );
  return rows;
}

/** When the next confirming read of other connections than these will be due; null when none waits. */
export async function nextConfirmationAt(
  sql: Sql,
  except: readonly string[],
): Promise<string | null> {
  const { rows } = await sql.query<{ at: string | null }>(
    `select min(q.next_try_at) as at from queued_reads q
     join calendly_connections c on c.workspace_id = q.workspace_id and c.id = q.connection_id
     where q.reason = 'delivered' and c.state = 'active' and c.id <> all($1::uuid[])`,
    [except],
  );
  return rows[0]?.at ?? null;
}
