/** The state of webhooks as rows tell it, for the status routes. */
import type { Sql } from './db.ts';

export interface SubscriptionRow {
  id: string;
  connection_id: string;
  scope: 'user' | 'organization';
  events: string[];
  state: string;
  calendly_state: string | null;
  retry_started_at: string | null;
  last_delivery_at: string | null;
  note: string | null;
}

/** The subscriptions of a workspace that have not ended, oldest first. */
export async function listWorkspaceSubscriptions(
  sql: Sql,
  workspaceId: string,
): Promise<SubscriptionRow[]> {
  const { rows } = await sql.query<SubscriptionRow>(
    `select id, connection_id, scope, events, state, calendly_state, retry_started_at, last_delivery_at, note
     from webhook_subscriptions where workspace_id = $1 and state <> 'ended' order by created_at, id`,
    [workspaceId],
  );
  return rows;
}

/** Whether any subscription of the installation is live. */
export async function hasLiveSubscription(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query<{ live: boolean }>(
    `select exists (select 1 from webhook_subscriptions where state = 'live') as live`,
  );
  return rows[0]?.live ?? false;
}

/** When the newest genuine delivery of a workspace came; null before the first. */
export async function lastDeliveryAt(sql: Sql, workspaceId: string): Promise<string | null> {
  const { rows } = await sql.query<{ at: string | null }>(
    `select max(received_at) as at from webhook_deliveries where workspace_id = $1`,
    [workspaceId],
  );
  return rows[0]?.at ?? null;
}

export interface WebhookState {
  connection_id: string;
  is_live: boolean;
  /** What Calendly last said of the subscription. */
  calendly_state: string | null;
  last_delivery_at: string | null;
  /** Why Calendly allows none, in words. */
  refusal: string | null;
}

/** How the webhooks of each connection that is read stand, oldest connection first. */
export async function listWebhookStates(sql: Sql): Promise<WebhookState[]> {
  const { rows } = await sql.query<WebhookState>(
    `select c.id as connection_id, s.id is not null as is_live, s.calendly_state, s.last_delivery_at,
       (select r.message from webhook_refusals r
        where r.workspace_id = c.workspace_id and r.connection_id = c.id order by r.family limit 1) as refusal
     from calendly_connections c
     left join webhook_subscriptions s on s.workspace_id = c.workspace_id and s.connection_id = c.id
       and s.family = 'core' and s.state = 'live'
     where c.state in ('active', 'needs_reauth', 'forbidden')
     order by c.created_at, c.id`,
  );
  return rows;
}
