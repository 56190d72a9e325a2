/** Clients that are nobody's any more. */
import type { Tx } from './db.ts';

/**
 * Removes those of these clients whom nothing holds any more: no invitee, no guest, no document, nothing that a user
 * wrote, no number or address that a user gave. Answers the ids of those removed. Under `lockLinks`.
 */
export async function removeEmptyClients(
  tx: Tx,
  workspaceId: string,
  candidates: readonly string[],
): Promise<string[]> {
  if (candidates.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(
    `delete from clients c where c.workspace_id = $1 and c.id = any($2::uuid[])
       and c.source = 'calendly' and c.name_edited_at is null and c.notes is null and c.tags = '{}'
       and not exists (select 1 from invitees i where i.workspace_id = $1 and i.client_id = c.id)
       and not exists (select 1 from meeting_guests g where g.workspace_id = $1 and g.client_id = c.id)
       and not exists (select 1 from client_documents d where d.workspace_id = $1 and d.client_id = c.id)
       and not exists (select 1 from client_emails e where e.workspace_id = $1 and e.client_id = c.id
                         and e.origin in ('user', 'review'))
       and not exists (select 1 from client_phones p where p.workspace_id = $1 and p.client_id = c.id
                         and p.origin = 'user' and p.removed_at is null)
     returning id`,
    [workspaceId, [...new Set(candidates)]],
  );
  const ids = rows.map(({ id }) => id);
  // their foreign key is looked at when the transaction ends
  await tx.query(
    'delete from client_emails where workspace_id = $1 and client_id = any($2::uuid[])',
    [workspaceId, ids],
  );
  // nobody can split what is no longer there
  await tx.query(
    'delete from client_merges where workspace_id = $1 and into_id = any($2::uuid[])',
    [workspaceId, ids],
  );
  return ids;
}
