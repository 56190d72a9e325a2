/** Rows that a proof found wrong: made ready to be written again, hidden, or brought back. */
import type { Tx } from './db.ts';

/** Makes these rows differ from whatever Calendly says, so that the next direct read writes every column. */
export async function forgetHashes(
  tx: Tx,
  workspaceId: string,
  uris: readonly string[],
): Promise<void> {
  for (const table of ['meetings', 'invitees']) {
    await tx.query(
      `update ${table} set full_hash = null, core_hash = ''
       where workspace_id = $1 and calendly_uri = any($2::text[])`,
      [workspaceId, uris],
    );
  }
}

/** Hides rows that Calendly does not have; nothing of them is lost. Answers the ids of the meetings. */
export async function markVanished(
  tx: Tx,
  workspaceId: string,
  vanish: { at: string; uris: readonly string[] },
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `update meetings set vanished_at = $3, updated_at = $3
     where workspace_id = $1 and calendly_uri = any($2::text[]) and vanished_at is null returning id`,
    [workspaceId, vanish.uris, vanish.at],
  );
  await tx.query(
    `update invitees set vanished_at = $3, updated_at = $3
     where workspace_id = $1 and calendly_uri = any($2::text[]) and vanished_at is null`,
    [workspaceId, vanish.uris, vanish.at],
  );
  return rows.map((row) => row.id);
}

/** Brings back rows that Calendly shows again, with all that hung on them. Answers the ids of the meetings. */
export async function reviveSeen(
  tx: Tx,
  workspaceId: string,
  seen: { table: 'meetings' | 'invitees'; at: string; uris: readonly string[] },
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `update ${seen.table} set vanished_at = null, updated_at = $3
     where workspace_id = $1 and calendly_uri = any($2::text[]) and vanished_at is not null returning id`,
    [workspaceId, seen.uris, seen.at],
  );
  return rows.map((row) => row.id);
}
