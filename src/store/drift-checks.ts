/** Proofs as rows: what each found, the newest of every connection, the history. */
import type { Sql } from './db.ts';

/** What set a proof in motion. */
export type ProofTrigger = 'command' | 'api' | 'daily';

export interface DriftCheck {
  workspace_id: string;
  id: string;
  connection_id: string;
  trigger: ProofTrigger;
  /** When the proof began. */
  checked_at: string;
  complete: boolean;
  meetings_checked: number;
  invitees_checked: number;
  missing: string[];
  extra: string[];
  different: { uri: string; fields: string[] }[];
  requests: number;
  /** Whether what it found was mended after it. */
  repaired: boolean;
  error_code: string | null;
  error_message: string | null;
  error_action: string | null;
}

/** A proof in the history: how much it found, not what. */
export type DriftCheckSummary = Omit<
  DriftCheck,
  'workspace_id' | 'missing' | 'extra' | 'different'
> & {
  missing: number;
  extra: number;
  different: number;
};

const PLAIN = `id, connection_id, trigger, checked_at, complete, meetings_checked, invitees_checked, requests,
  repaired, error_code, error_message, error_action`;

export async function insertDriftCheck(sql: Sql, check: DriftCheck): Promise<void> {
  await sql.query(
    `insert into drift_checks (workspace_id, missing, extra, different, ${PLAIN})
     values ($1, $2::jsonb, $3::jsonb, $4::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      check.workspace_id,
      JSON.stringify(check.missing),
      JSON.stringify(check.extra),
      JSON.stringify(check.different),
      check.id,
      check.connection_id,
      check.trigger,
      check.checked_at,
      check.complete,
      check.meetings_checked,
      check.invitees_checked,
      check.requests,
      check.repaired,
      check.error_code,
      check.error_message,
      check.error_action,
    ],
  );
}

/**
 * The newest proof of each connection of the workspace that is not disconnected; null for a connection
 * that was never proven.
 */
export async function latestDriftChecks(
  sql: Sql,
  workspaceId: string,
): Promise<(DriftCheck | null)[]> {
  const { rows } = await sql.query<DriftCheck | { id: null }>(
    `select newest.* from calendly_connections c left join lateral (
       select workspace_id, missing, extra, different, ${PLAIN} from drift_checks d
       where d.workspace_id = c.workspace_id and d.connection_id = c.id
       order by d.checked_at desc, d.id desc limit 1) newest on true
     where c.workspace_id = $1 and c.state <> 'disconnected' order by c.created_at, c.id`,
    [workspaceId],
  );
  return rows.map((row) => (row.id === null ? null : row));
}

/** The workspace's proofs, newest first. */
export async function listDriftChecks(
  sql: Sql,
  workspaceId: string,
  limit: number,
): Promise<DriftCheckSummary[]> {
  const { rows } = await sql.query<DriftCheckSummary>(
    `select ${PLAIN}, jsonb_array_length(missing) as missing, jsonb_array_length(extra) as extra,
       jsonb_array_length(different) as different
     from drift_checks where workspace_id = $1 order by checked_at desc, id desc limit $2`,
    [workspaceId, limit],
  );
  return rows;
}

/** Invitees in which the connection's last complete proof, and those since, found drift; at most `limit`. */
export async function listOpenDrift(
  sql: Sql,
  owner: { workspaceId: string; connectionId: string },
  limit: number,
): Promise<string[]> {
  const { rows } = await sql.query<{ uri: string }>(
    `with recent as (
       select missing, extra, different from drift_checks
       where workspace_id = $1 and connection_id = $2 and checked_at >= coalesce((
         select max(checked_at) from drift_checks
         where workspace_id = $1 and connection_id = $2 and complete), '-infinity'))
     select distinct uri from recent, lateral (
       select jsonb_array_elements_text(missing) as uri
       union all select jsonb_array_elements_text(extra)
       union all select jsonb_array_elements(different) ->> 'uri') found
     where uri like '%/invitees/%' order by uri limit $3`,
    [owner.workspaceId, owner.connectionId, limit],
  );
  return rows.map(({ uri }) => uri);
}

/** Forgets proofs that began before `before`; answers how many. */
export async function forgetDriftChecks(sql: Sql, before: string): Promise<number> {
  const { count } = await sql.query(`delete from drift_checks where checked_at < $1`, [before]);
  return count;
}
