/** Connections as the API shows them, with how fresh their rows are. */
import type { Id } from '../domain/id.ts';
import type { Preflight } from '../domain/preflight.ts';
import { parseTimestamp, timestampToMs, type Timestamp } from '../domain/timestamp.ts';
import { COVERING } from './coverage.ts';
import type { Sql } from './db.ts';
import { listRequestBudgets, type RequestBudget } from './request-budgets.ts';

export type Freshness = 'never' | 'fresh' | 'stale' | 'failing';

export interface ConnectionView {
  id: Id;
  user_id: Id;
  calendly_user_uri: string | null;
  organization_uri: string | null;
  name: string | null;
  email: string | null;
  kind: 'token' | 'oauth';
  scope: 'user' | 'organization';
  state: 'active' | 'needs_reauth' | 'forbidden' | 'paused' | 'disconnected';
  freshness: Freshness;
  method: 'webhook' | 'polling' | 'organization';
  last_complete_at: Timestamp | null;
  next_run_at: Timestamp | null;
  requests: { used: number | null; left: number | null; limit: number | null };
  error: { code: string; message: string | null; action: string | null } | null;
  /** Why there are no webhooks, or what is the matter with them, in words. */
  webhook_note: string | null;
  /** Reads that are owed to Calendly. */
  backlog: number;
  /** Meetings whose invitees had changed although no listing said so, since the connection was made. */
  silent_changes: number;
  /** Missing meetings that are too many at once to be believed gone. */
  held_back: number;
  /** What Calendly allowed when it was last asked; null for a connection that was never looked at. */
  preflight: Preflight | null;
}

interface ConnectionRow extends Omit<
  ConnectionView,
  'freshness' | 'method' | 'next_run_at' | 'requests' | 'error'
> {
  error_code: string | null;
  error_message: string | null;
  error_action: string | null;
  requests_used: number | null;
  requests_left: number | null;
  requests_limit: number | null;
  requests_seen_at: Timestamp | null;
  has_webhooks: boolean;
  covered_by: string | null;
  covered_at: Timestamp | null;
}

const MINUTE_MS = 60_000;

export interface Schedule {
  slotMs: number;
  nextRunAt: Timestamp | null;
}

export interface ConnectionFilter {
  workspaceId: Id;
  /** Left out or null: of the whole workspace. */
  userId?: Id | null;
  /** Only this one. */
  id?: Id;
  /** Behind this one in the order of their making. */
  after?: Id | undefined;
  limit?: number;
  /** Those that were unlinked too. */
  withDisconnected?: boolean;
}

/** Connections, oldest first; disconnected ones are left out unless asked for. */
export async function listConnections(
  sql: Sql,
  filter: ConnectionFilter,
  schedule: Schedule,
): Promise<ConnectionView[]> {
  const { rows } = await sql.query<ConnectionRow>(
    `select c.id, user_id, calendly_user_uri, organization_uri, name, email, kind, scope, state,
       last_complete_at, error_code, error_message, error_action,
       requests_used, requests_left, requests_limit, requests_seen_at,
       exists (select 1 from webhook_subscriptions s
               where s.workspace_id = c.workspace_id and s.connection_id = c.id and s.family = 'core'
                 and s.state = 'live' and s.calendly_state is distinct from 'disabled') as has_webhooks,
       coalesce(
         (select r.message from webhook_refusals r
          where r.workspace_id = c.workspace_id and r.connection_id = c.id order by r.family limit 1),
         (select s.note from webhook_subscriptions s
          where s.workspace_id = c.workspace_id and s.connection_id = c.id and s.state in ('creating', 'live')
          order by s.family limit 1)) as webhook_note,
       silent_changes, held_back, preflight, v.covered_by, v.covered_at,
       (select count(*)::int from queued_reads q
        where q.workspace_id = c.workspace_id and q.connection_id = c.id) as backlog
     from calendly_connections c left join lateral ${COVERING} v on true
     where workspace_id = $1 and ($2::uuid is null or user_id = $2)
       and ($3::uuid is null or id = $3) and ($4::boolean or state <> 'disconnected')
       and ($5::uuid is null or (created_at, id) >
         (select a.created_at, a.id from calendly_connections a where a.workspace_id = $1 and a.id = $5))
     order by created_at, id limit $6`,
    [
      filter.workspaceId,
      filter.userId ?? null,
      filter.id ?? null,
      filter.withDisconnected ?? false,
      filter.after ?? null,
      filter.limit ?? null,
    ],
  );
  const at = await sql.clock();
  const now = parseTimestamp(at);
  const nowMs = now ? timestampToMs(now) : 0;
  const accounts = rows.flatMap((row) => row.calendly_user_uri ?? []);
  const budgets = accounts.length === 0 ? [] : await listRequestBudgets(sql, accounts, at);
  return rows.map((row) => {
    const budget = budgets.find(({ account }) => account === row.calendly_user_uri);
    return toView(row, { ...schedule, nowMs }, requestsOf(row, budget, nowMs));
  });
}

function toView(
  row: ConnectionRow,
  schedule: Schedule & { nowMs: number },
  requests: ConnectionView['requests'],
): ConnectionView {
  const lastComplete = row.covered_at ?? row.last_complete_at;
  return {
    id: row.id,
    user_id: row.user_id,
    calendly_user_uri: row.calendly_user_uri,
    organization_uri: row.organization_uri,
    name: row.name,
    email: row.email,
    kind: row.kind,
    scope: row.scope,
    state: row.state,
    freshness: freshnessOf({ ...row, last_complete_at: lastComplete }, schedule),
    method: methodOf(row),
    last_complete_at: lastComplete,
    next_run_at: row.state === 'active' ? schedule.nextRunAt : null,
    requests,
    error:
      row.error_code === null
        ? null
        : { code: row.error_code, message: row.error_message, action: row.error_action },
    webhook_note: row.webhook_note,
    backlog: row.backlog,
    silent_changes: row.silent_changes,
    held_back: row.held_back,
    preflight: row.preflight,
  };
}

function methodOf(row: ConnectionRow): ConnectionView['method'] {
  if (row.covered_by !== null) return 'organization';
  return row.has_webhooks ? 'webhook' : 'polling';
}

/**
 * Requests of the last minute: by all processes where the account's budget is known, else as the connection's
 * last run left them. A count that is older than a minute is over: nothing is used, all is left.
 */
export function requestsOf(
  row: Pick<
    ConnectionRow,
    'requests_used' | 'requests_left' | 'requests_limit' | 'requests_seen_at'
  >,
  budget: Omit<RequestBudget, 'account'> | undefined,
  nowMs: number,
): ConnectionView['requests'] {
  if (budget !== undefined && budget.limit !== null) {
    return { used: budget.used, left: budget.left, limit: budget.limit };
  }
  const limit = row.requests_limit;
  const seen = row.requests_seen_at;
  const isOver = seen === null || timestampToMs(seen) <= nowMs - MINUTE_MS;
  if (isOver) return { used: limit === null ? null : 0, left: limit, limit };
  return { used: row.requests_used, left: row.requests_left, limit };
}

/**
 * `never`: no listing was read to its end yet. `failing`: the last try went wrong, or the account
 * refuses us. `stale`: the last complete listing began more than two slots ago, or as far in the future: a
 * clock that has been set back does not tell how long ago.
 */
export function freshnessOf(
  row: {
    state: ConnectionView['state'];
    last_complete_at: Timestamp | null;
    error_code: string | null;
  },
  at: { slotMs: number; nowMs: number },
): Freshness {
  if (row.last_complete_at === null) return 'never';
  if (row.error_code !== null || row.state === 'needs_reauth' || row.state === 'forbidden') {
    return 'failing';
  }
  const ageMs = Math.abs(at.nowMs - timestampToMs(row.last_complete_at));
  return ageMs > 2 * at.slotMs ? 'stale' : 'fresh';
}
