/** Deliveries as rows: stored before anything else, each its own job. */
import type { Sql, Tx } from './db.ts';

/** The channel of the notice that a delivery was stored; its payload is empty. */
export const DELIVERIES_CHANNEL = 'calendly_sync_deliveries';

export interface StoredDelivery {
  workspace_id: string;
  id: string;
  subscription_id: string | null;
  connection_id: string;
  body: Uint8Array;
  received_at: string;
  signed_at: string | null;
  attempts: number;
}

export interface NewDelivery {
  workspaceId: string;
  id: string;
  subscriptionId: string | null;
  connectionId: string;
  body: Uint8Array;
  sha256: Uint8Array;
  headers: Readonly<Record<string, string>>;
  receivedAt: string;
  signedAt: string | null;
  flags: readonly string[];
}

/** Due whatever the clocks of processes and database say; among themselves the ids keep their order, to the millisecond. */
const AT_ONCE = '1970-01-01T00:00:00Z';

/**
 * The one INSERT of the acknowledgement, of deliveries whose bytes differ. Bytes that are there already only
 * count. In one order for every caller, so that two with the same bytes never wait for each other.
 */
export async function insertDeliveries(
  sql: Sql,
  deliveries: readonly NewDelivery[],
): Promise<void> {
  const column = <T>(of: (delivery: NewDelivery) => T): T[] => deliveries.map(of);
  const hex = (bytes: Uint8Array): string => `\\x${Buffer.from(bytes).toString('hex')}`;
  await sql.query(
    `insert into webhook_deliveries as d (workspace_id, id, subscription_id, connection_id, body, body_sha256,
       headers, received_at, signed_at, flags, next_try_at)
     select workspace_id, id, subscription_id, connection_id, body, sha256, headers, received_at, signed_at,
       string_to_array(flags, ' '), '${AT_ONCE}'
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bytea[], $6::bytea[], $7::jsonb[],
       $8::timestamptz[], $9::timestamptz[], $10::text[]) as new(workspace_id, id, subscription_id,
       connection_id, body, sha256, headers, received_at, signed_at, flags)
     order by workspace_id, connection_id, sha256
     on conflict (workspace_id, connection_id, body_sha256) do update set times = d.times + 1`,
    [
      column((delivery) => delivery.workspaceId),
      column((delivery) => delivery.id),
      column((delivery) => delivery.subscriptionId),
      column((delivery) => delivery.connectionId),
      column((delivery) => hex(delivery.body)),
      column((delivery) => hex(delivery.sha256)),
      column((delivery) => JSON.stringify(delivery.headers)),
      column((delivery) => delivery.receivedAt),
      column((delivery) => delivery.signedAt),
      column((delivery) => delivery.flags.join(' ')),
    ],
  );
}

/**
 * Tells every process that deliveries were stored. Never in the INSERT's own transaction: PostgreSQL lets
 * only one transaction with a notice commit at a time, so that each would wait for the disk alone.
 */
export async function announceDeliveries(sql: Sql): Promise<void> {
  await sql.query(`select pg_notify('${DELIVERIES_CHANNEL}', '')`);
}

/** Locks the oldest delivery that is due; `undefined` when there is none. Any number of processes may ask. */
export async function claimDelivery(tx: Tx, at: string): Promise<StoredDelivery | undefined> {
  const { rows } = await tx.query<StoredDelivery>(
    `select workspace_id, id, subscription_id, connection_id, body, received_at, signed_at, attempts
     from webhook_deliveries where state = 'received' and next_try_at <= $1
     order by next_try_at, id limit 1 for update skip locked`,
    [at],
  );
  return rows[0];
}

/** When the next delivery will be due, to sleep until then; null when none waits. */
export async function nextDeliveryAt(sql: Sql): Promise<string | null> {
  const { rows } = await sql.query<{ at: string | null }>(
    `select min(next_try_at) as at from webhook_deliveries where state = 'received'`,
  );
  return rows[0]?.at ?? null;
}

export type DeliveryEnd = 'done' | 'ignored' | 'quarantined';

/** Writes how a delivery ended, in the transaction of its effects. */
export async function endDelivery(
  tx: Tx,
  delivery: { workspace_id: string; id: string },
  end: { at: string; state: DeliveryEnd; reason: string | null; event: string | null },
): Promise<void> {
  await tx.query(
    `update webhook_deliveries set state = $3, reason = $4, event = coalesce($5, event), worked_at = $6,
       attempts = attempts + 1
     where workspace_id = $1 and id = $2`,
    [delivery.workspace_id, delivery.id, end.state, end.reason, end.event, end.at],
  );
}

/** Forgets what a delivery said; that it came stays known. */
export async function blankDelivery(
  tx: Tx,
  delivery: { workspace_id: string; id: string },
): Promise<void> {
  await tx.query(
    `update webhook_deliveries set body = '', headers = '{}' where workspace_id = $1 and id = $2`,
    [delivery.workspace_id, delivery.id],
  );
}

/**
 * Counts a failed try: again at `nextTryAt`, or never where `dead`. Between the failure and this another worker
 * may have tried in vain too: the two count as one.
 */
export async function failDelivery(
  sql: Sql,
  delivery: { workspace_id: string; id: string; attempts: number },
  failure: { nextTryAt: string; dead: boolean; reason: string },
): Promise<void> {
  await sql.query(
    `update webhook_deliveries set attempts = attempts + 1, next_try_at = $3, reason = $4,
       state = case when $5 then 'dead' else state end
     where workspace_id = $1 and id = $2 and state = 'received' and attempts = $6`,
    [
      delivery.workspace_id,
      delivery.id,
      failure.nextTryAt,
      failure.reason,
      failure.dead,
      delivery.attempts,
    ],
  );
}

/**
 * Puts deliveries back to be worked again: one of a workspace by id, or every one that failed.
 * Answers how many.
 */
export async function replayDeliveries(
  sql: Sql,
  choice: { workspaceId?: string; id?: string },
): Promise<number> {
  const at = await sql.clock();
  const { count } = await sql.query(
    `update webhook_deliveries set state = 'received', reason = null, attempts = 0, next_try_at = $3
     where ($1::uuid is null or workspace_id = $1)
       and case when $2::uuid is null then state in ('dead', 'quarantined') else id = $2 end`,
    [choice.workspaceId ?? null, choice.id ?? null, at],
  );
  if (count > 0) await announceDeliveries(sql);
  return count;
}

/** Forgets deliveries that have ended and came before `before`. */
export async function forgetDeliveries(sql: Sql, before: string): Promise<number> {
  const { count } = await sql.query(
    `delete from webhook_deliveries where received_at < $1 and state <> 'received'`,
    [before],
  );
  return count;
}
