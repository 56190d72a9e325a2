/** Whom a workspace has erased, by keyed hash of the address. */
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';

/** The hash of the address in `key`: one that has no key of its own could be guessed. */
function hashOf(key: string): string {
  return `sha256(convert_to((select i.value #>> '{}' from installation i where i.key = 'suppression_key') || ${key}, 'UTF8'))`;
}

/** Of these folded addresses those that were erased, with when; bookings made later are somebody's again. */
export async function findErased(
  sql: Sql,
  workspaceId: Id,
  emailKeys: readonly string[],
): Promise<Map<string, string>> {
  if (emailKeys.length === 0) return new Map();
  const { rows } = await sql.query<{ email_key: string; erased_at: string }>(
    `select x.email_key, s.erased_at from unnest($2::text[]) as x(email_key)
     join suppressions s on s.workspace_id = $1 and s.email_hash = ${hashOf('x.email_key')}`,
    [workspaceId, emailKeys],
  );
  return new Map(rows.map((row) => [row.email_key, row.erased_at]));
}

/**
 * Held to the end of the transaction. Whoever writes what Calendly says shares it; who erases has it alone, so that
 * nothing is written by a transaction that has not seen the erasure.
 */
export async function holdErasures(
  tx: Tx,
  workspaceId: Id,
  as: 'writer' | 'eraser',
): Promise<void> {
  const lock = as === 'writer' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await tx.query(`select ${lock}(hashtextextended('calendly-sync erasure ' || $1, 0))`, [
    workspaceId,
  ]);
}

/** Remembers these folded addresses as erased at `at`. */
export async function suppress(
  tx: Tx,
  workspaceId: Id,
  erased: { emailKeys: readonly string[]; at: string },
): Promise<void> {
  await tx.query(
    `insert into suppressions (workspace_id, email_hash, erased_at)
     select distinct $1::uuid, ${hashOf('x.email_key')}, $3::timestamptz from unnest($2::text[]) as x(email_key)
     on conflict (workspace_id, email_hash) do update set erased_at = excluded.erased_at`,
    [workspaceId, erased.emailKeys, erased.at],
  );
}

/** Of these meetings those whose texts are left out. */
export async function findRedacted(
  sql: Sql,
  workspaceId: Id,
  uris: readonly string[],
): Promise<Set<string>> {
  if (uris.length === 0) return new Set();
  const { rows } = await sql.query<{ calendly_uri: string }>(
    `select calendly_uri from meetings
     where workspace_id = $1 and calendly_uri = any ($2::text[]) and redacted_at is not null`,
    [workspaceId, uris],
  );
  return new Set(rows.map((row) => row.calendly_uri));
}
