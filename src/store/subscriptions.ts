/** Webhook subscriptions as rows: which are ours, with which key, in which state. */
import type { Sql, Tx } from './db.ts';

export type SubscriptionState = 'creating' | 'live' | 'retiring' | 'ended';

export interface Subscription {
  workspace_id: string;
  id: string;
  connection_id: string;
  family: string;
  calendly_uri: string | null;
  callback_url: string;
  scope: 'user' | 'organization';
  events: string[];
  key_sealed: string;
  state: SubscriptionState;
  created_at: string;
  ended_at: string | null;
  last_delivery_at: string | null;
}

const COLUMNS = `workspace_id, id, connection_id, family, calendly_uri, callback_url, scope, events, key_sealed,
  state, created_at, ended_at, last_delivery_at`;

/** The subscription of a callback path, as long as its key counts. */
export async function findSubscription(sql: Sql, id: string): Promise<Subscription | undefined> {
  const { rows } = await sql.query<Subscription>(
    `select ${COLUMNS} from webhook_subscriptions where id = $1 and state <> 'ended'`,
    [id],
  );
  return rows[0];
}

/** All subscriptions of a connection that have not ended, oldest first. */
export async function listSubscriptions(
  sql: Sql,
  owner: { workspaceId: string; connectionId: string },
): Promise<Subscription[]> {
  const { rows } = await sql.query<Subscription>(
    `select ${COLUMNS} from webhook_subscriptions
     where workspace_id = $1 and connection_id = $2 and state <> 'ended' order by created_at, id`,
    [owner.workspaceId, owner.connectionId],
  );
  return rows;
}

/** Which connection a subscription of ours belongs to, ended ones too; `undefined` where it is none of ours. */
export async function findSubscriptionOwner(sql: Sql, id: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ connection_id: string }>(
    `select connection_id from webhook_subscriptions where id::text = $1`,
    [id],
  );
  return rows[0]?.connection_id;
}

/** All subscriptions of the installation that have not ended, oldest first. */
export async function listAllSubscriptions(sql: Sql): Promise<Subscription[]> {
  const { rows } = await sql.query<Subscription>(
    `select ${COLUMNS} from webhook_subscriptions where state <> 'ended' order by created_at, id`,
  );
  return rows;
}

/** Forgets all refusals, so that the next run asks Calendly again. */
export async function forgetRefusals(sql: Sql): Promise<void> {
  await sql.query(`delete from webhook_refusals`);
}

export interface NewSubscription {
  workspaceId: string;
  connectionId: string;
  id: string;
  family: string;
  callbackUrl: string;
  scope: string;
  events: readonly string[];
  keySealed: string;
  at: string;
}

/** Writes down a subscription before Calendly is asked for it; false where the account was unlinked meanwhile. */
export async function insertSubscription(tx: Tx, subscription: NewSubscription): Promise<boolean> {
  // held to the end of the transaction: an unlinking comes before it, or sees the row
  const { count } = await tx.query(
    `select 1 from calendly_connections where workspace_id = $1 and id = $2 and state <> 'disconnected' for share`,
    [subscription.workspaceId, subscription.connectionId],
  );
  if (count === 0) return false;
  await tx.query(
    `insert into webhook_subscriptions (workspace_id, connection_id, id, family, callback_url, scope, events,
       key_sealed, state, created_at)
     values ($1, $2, $3, $4, $5, $6, $7::text[], $8, 'creating', $9)`,
    [
      subscription.workspaceId,
      subscription.connectionId,
      subscription.id,
      subscription.family,
      subscription.callbackUrl,
      subscription.scope,
      subscription.events,
      subscription.keySealed,
      subscription.at,
    ],
  );
  return true;
}

/** Writes what Calendly said of a subscription; false where it has ended meanwhile, and ended it stays. */
export async function saveSubscription(
  sql: Sql,
  subscription: { workspace_id: string; id: string },
  said: {
    at: string;
    state: SubscriptionState;
    uri?: string;
    events?: readonly string[];
    calendlyState?: string | null;
    retryStartedAt?: string | null;
    note?: string | null;
  },
): Promise<boolean> {
  const { count } = await sql.query(
    `update webhook_subscriptions set state = $3, calendly_uri = coalesce($4, calendly_uri),
       events = coalesce($5::text[], events), calendly_state = $6, retry_started_at = $7, note = $8,
       checked_at = $9, ended_at = case when $3 in ('retiring', 'ended') then coalesce(ended_at, $9) end
     where workspace_id = $1 and id = $2 and (state <> 'ended' or $3 = 'ended')`,
    [
      subscription.workspace_id,
      subscription.id,
      said.state,
      said.uri ?? null,
      said.events ?? null,
      said.calendlyState ?? null,
      said.retryStartedAt ?? null,
      said.note ?? null,
      said.at,
    ],
  );
  return count === 1;
}

/**
 * Remembers when a genuine delivery came through a subscription, to 10 seconds: all deliveries would wait for
 * this one row.
 */
export async function markDelivered(tx: Tx, id: string, at: string): Promise<void> {
  await tx.query(
    `update webhook_subscriptions set last_delivery_at = $2
     where id = $1 and (last_delivery_at is null or last_delivery_at < $2::timestamptz - interval '10 seconds')`,
    [id, at],
  );
}

export interface Refusal {
  family: string;
  code: string;
  message: string;
  refused_at: string;
}

export async function listRefusals(
  sql: Sql,
  owner: { workspaceId: string; connectionId: string },
): Promise<Refusal[]> {
  const { rows } = await sql.query<Refusal>(
    `select family, code, message, refused_at from webhook_refusals
     where workspace_id = $1 and connection_id = $2`,
    [owner.workspaceId, owner.connectionId],
  );
  return rows;
}

/** Remembers that Calendly does not let this connection have a family; null forgets it. */
export async function saveRefusal(
  sql: Sql,
  owner: { workspaceId: string; connectionId: string },
  refusal: { family: string; at: string; said: { code: string; message: string } | null },
): Promise<void> {
  if (refusal.said === null) {
    await sql.query(
      `delete from webhook_refusals where workspace_id = $1 and connection_id = $2 and family = $3`,
      [owner.workspaceId, owner.connectionId, refusal.family],
    );
    return;
  }
  await sql.query(
    `insert into webhook_refusals (workspace_id, connection_id, family, code, message, refused_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (workspace_id, connection_id, family) do update set
       code = excluded.code, message = excluded.message, refused_at = excluded.refused_at`,
    [
      owner.workspaceId,
      owner.connectionId,
      refusal.family,
      refusal.said.code,
      refusal.said.message,
      refusal.at,
    ],
  );
}
