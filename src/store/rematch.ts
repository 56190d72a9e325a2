/** Who has to be looked at anew: marks, which the linker works off. */
import type { Tx } from './db.ts';

/** Everybody with one of these addresses. Links made by hand are looked at too, and stay. */
export async function rematchAddresses(
  tx: Tx,
  workspaceId: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  await tx.query(
    `update invitees set link_pending = true
     where workspace_id = $1 and email_key = any($2::text[]) and not link_pending`,
    [workspaceId, keys],
  );
  await tx.query(
    `update meeting_guests set link_pending = true
     where workspace_id = $1 and email_key = any($2::text[]) and not link_pending`,
    [workspaceId, keys],
  );
}

/** Everybody with an address of this domain. */
export async function rematchDomain(tx: Tx, workspaceId: string, domain: string): Promise<void> {
  for (const table of ['invitees', 'meeting_guests']) {
    await tx.query(
      `update ${table} set link_pending = true
       where workspace_id = $1 and split_part(email_key, '@', 2) = $2 and not link_pending`,
      [workspaceId, domain],
    );
  }
}

/**
 * Everybody who waits for a decision: what was doubtful may be clear now. Also who is one of these clients without
 * having an address. Answers the ids of these invitees.
 */
export async function rematchDoubtful(
  tx: Tx,
  workspaceId: string,
  clientIds: readonly string[],
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `update invitees set link_pending = true
     where workspace_id = $1 and (link_rule = 'review' or (client_id = any($2::uuid[]) and email_key is null))
     returning id`,
    [workspaceId, clientIds],
  );
  return rows.map(({ id }) => id);
}

/** Of these addresses of hosts or colleagues, those who have been somebody's client until now. */
export async function rematchOwn(
  tx: Tx,
  workspaceId: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  for (const table of ['invitees', 'meeting_guests']) {
    await tx.query(
      `update ${table} set link_pending = true
       where workspace_id = $1 and email_key = any($2::text[]) and client_id is not null and not link_pending`,
      [workspaceId, keys],
    );
  }
}
