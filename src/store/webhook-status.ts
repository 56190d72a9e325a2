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
