/** Calendly connections as rows: what a run needs of them and what it learns. */
import type { CalendlyMember, CalendlyOrganization, CalendlyUser } from '../domain/account.ts';
import type { Preflight } from '../domain/preflight.ts';
import { emailKey } from '../domain/email.ts';
import { COVERING } from './coverage.ts';
import type { Sql, Tx } from './db.ts';
import { rematchOwn } from './rematch.ts';

export type ConnectionState = 'active' | 'needs_reauth' | 'forbidden' | 'paused' | 'disconnected';
export type ReadMode = 'organization' | 'organization+user' | 'user';

export interface Connection {
  workspace_id: string;
  id: string;
  user_id: string;
  kind: 'token' | 'oauth';
  scope: 'user' | 'organization';
  origin: string;
  token_sealed: string | null;
  token_hash: string | null;
  state: ConnectionState;
  calendly_user_uri: string | null;
  organization_uri: string | null;
  name: string | null;
  email: string | null;
  role: string | null;
  plan: string | null;
  read_mode: ReadMode | null;
  account_read_at: string | null;
  preflight: Preflight | null;
  last_started_at: string | null;
  last_complete_at: string | null;
  error_code: string | null;
  error_message: string | null;
  error_action: string | null;
}

const COLUMNS = `c.workspace_id, c.id, c.user_id, c.kind, c.scope, c.origin, c.token_sealed, c.token_hash, c.state,
  c.calendly_user_uri, c.organization_uri, c.name, c.email, c.role, c.plan, c.read_mode, c.account_read_at, c.preflight,
  c.last_started_at, c.last_complete_at, c.error_code, c.error_message, c.error_action`;

export async function findConnection(sql: Sql, id: string): Promise<Connection | undefined> {
  const { rows } = await sql.query<Connection>(
    `select ${COLUMNS} from calendly_connections c where c.id = $1`,
    [id],
  );
  return rows[0];
}

/** Unlinked connections that still have their token: what is ours at Calendly has not been taken away yet. */
export async function listUnfinished(sql: Sql): Promise<Connection[]> {
  const { rows } = await sql.query<Connection>(
    `select ${COLUMNS} from calendly_connections c
     where c.state = 'disconnected' and c.token_sealed is not null order by c.id`,
  );
  return rows;
}

export interface DueConnection extends Connection {
  owner_email: string;
}

/**
 * Connections that a scheduled run reads, by owner and age. Only those whose last complete listing
 * began before `notSince`, where it is given; with `uncovered` none that another one reads for. Those that Calendly refused stay in: a slot is how they heal.
 */
export async function listDueConnections(
  sql: Sql,
  filter: { workspaceId?: string; userId?: string; notSince?: string; uncovered?: boolean },
): Promise<DueConnection[]> {
  const { rows } = await sql.query<DueConnection>(
    `select ${COLUMNS}, u.email as owner_email from calendly_connections c
     join users u on u.workspace_id = c.workspace_id and u.id = c.user_id
     where c.state in ('active', 'needs_reauth', 'forbidden')
       and ($1::uuid is null or c.workspace_id = $1) and ($2::uuid is null or c.user_id = $2)
       and ($3::timestamptz is null or c.last_complete_at is null or c.last_complete_at < $3)
       and (not $4::boolean or not exists (select 1 from ${COVERING} v))
     order by u.created_at, u.id, c.created_at, c.id`,
    [
      filter.workspaceId ?? null,
      filter.userId ?? null,
      filter.notSince ?? null,
      filter.uncovered ?? false,
    ],
  );
  return rows;
}

/** Whether any connection exists that is not disconnected. */
export async function hasConnections(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query<{ some: boolean }>(
    `select exists (select 1 from calendly_connections where state <> 'disconnected') as some`,
  );
  return rows[0]?.some ?? false;
}

export interface AccountFacts {
  at: string;
  user: CalendlyUser;
  organization: CalendlyOrganization | null;
  role: string | null;
}

/** Keeps what Calendly said of the connection's own account. */
export async function saveAccount(
  tx: Tx,
  connection: { workspace_id: string; id: string },
  facts: AccountFacts,
): Promise<void> {
  await tx.query(
    `update calendly_connections set calendly_user_uri = $3, organization_uri = $4, name = $5, email = $6,
       timezone = $7, plan = $8, stage = $9, role = $10, updated_at = $11
     where workspace_id = $1 and id = $2`,
    [
      connection.workspace_id,
      connection.id,
      facts.user.uri,
      facts.user.organizationUri,
      facts.user.name,
      facts.user.email,
      facts.user.timezone,
      facts.organization?.plan ?? null,
      facts.organization?.stage ?? null,
      facts.role,
      facts.at,
    ],
  );
}

/** Says that the account, its members and its event types were read to the end. */
export async function markAccountRead(
  sql: Sql,
  connection: { workspace_id: string; id: string },
  at: string,
): Promise<void> {
  await sql.query(
    `update calendly_connections set account_read_at = $3 where workspace_id = $1 and id = $2`,
    [connection.workspace_id, connection.id, at],
  );
}

export async function saveReadMode(
  sql: Sql,
  connection: { workspace_id: string; id: string },
  mode: ReadMode,
): Promise<void> {
  await sql.query(
    `update calendly_connections set read_mode = $3 where workspace_id = $1 and id = $2`,
    [connection.workspace_id, connection.id, mode],
  );
}

/** Makes the stored members of the organisation exactly the given ones; who was a client under one of them is linked anew. */
export async function replaceMembers(
  tx: Tx,
  organization: { workspaceId: string; uri: string; at: string },
  members: readonly CalendlyMember[],
): Promise<void> {
  const { rows } = await tx.query<{ email_key: string; inserted: boolean }>(
    `insert into organization_members as m (workspace_id, organization_uri, user_uri, email, email_key, name, role, read_at)
     select $1, $2, x.user_uri, x.email, x.email_key, x.name, x.role, $3
     from jsonb_to_recordset($4::jsonb) as x(user_uri text, email text, email_key text, name text, role text)
     order by x.user_uri
     on conflict (workspace_id, organization_uri, user_uri) do update set
       email = excluded.email, email_key = excluded.email_key, name = excluded.name, role = excluded.role,
       read_at = excluded.read_at
     returning email_key, (xmax = 0) as inserted`,
    [
      organization.workspaceId,
      organization.uri,
      organization.at,
      JSON.stringify(
        members.map((member) => ({
          user_uri: member.userUri,
          email: member.email,
          email_key: emailKey(member.email) ?? member.email,
          name: member.name,
          role: member.role,
        })),
      ),
    ],
  );
  await rematchOwn(
    tx,
    organization.workspaceId,
    rows.flatMap((row) => (row.inserted ? [row.email_key] : [])),
  );
  await tx.query(
    `delete from organization_members where workspace_id = $1 and organization_uri = $2 and read_at < $3`,
    [organization.workspaceId, organization.uri, organization.at],
  );
}

export interface RunOutcome {
  at: string;
  /** Start of the listing that was read to its end; null when none was. */
  completeAt: string | null;
  state: ConnectionState;
  error: { code: string; message: string; action: string | null } | null;
  budget: { limit: number | null; left: number | null; used: number };
}

/**
 * Writes how a run ended. A pause or disconnect that a user made meanwhile stays. The newest complete listing
 * counts, but none that is still to come: the clock has been set back since.
 */
export async function saveOutcome(
  tx: Tx,
  connection: { workspace_id: string; id: string },
  outcome: RunOutcome,
): Promise<void> {
  await tx.query(
    `update calendly_connections set
       last_complete_at = case when last_complete_at > $8 then coalesce($3, last_complete_at)
         else greatest(last_complete_at, $3) end,
       state = case when state in ('paused', 'disconnected') then state else $4 end,
       error_code = $5, error_message = $6, error_action = $7,
       last_error_at = case when $5::text is null then last_error_at else $8 end,
       requests_limit = coalesce($9, requests_limit), requests_left = coalesce($10, requests_left),
       requests_used = $11, requests_seen_at = $8, updated_at = $8
     where workspace_id = $1 and id = $2`,
    [
      connection.workspace_id,
      connection.id,
      outcome.completeAt,
      outcome.state,
      outcome.error?.code ?? null,
      outcome.error?.message ?? null,
      outcome.error?.action ?? null,
      outcome.at,
      outcome.budget.limit,
      outcome.budget.left,
      outcome.budget.used,
    ],
  );
}

export async function markStarted(
  sql: Sql,
  connection: { workspace_id: string; id: string },
  at: string,
): Promise<void> {
  await sql.query(
    `update calendly_connections set last_started_at = $3 where workspace_id = $1 and id = $2`,
    [connection.workspace_id, connection.id, at],
  );
}
