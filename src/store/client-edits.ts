/** What a user writes on a client; a name once edited is the user's, and a sync leaves it alone. */
import type { Id } from '../domain/id.ts';
import type { Tx } from './db.ts';

export interface ClientEdit {
  name?: string | null | undefined;
  notes?: string | null | undefined;
  tags?: readonly string[] | undefined;
}

/** Locks the client and answers when it last changed; `undefined` where the workspace has no such client. */
export async function lockClient(
  tx: Tx,
  workspaceId: Id,
  id: Id,
): Promise<{ updated_at: string } | undefined> {
  const { rows } = await tx.query<{ updated_at: string }>(
    'select updated_at from clients where workspace_id = $1 and id = $2 for update',
    [workspaceId, id],
  );
  return rows[0];
}

/** Writes the given fields of a locked client; what is `undefined` stays. */
export async function editClient(
  tx: Tx,
  client: { workspaceId: Id; id: Id },
  edit: ClientEdit,
): Promise<void> {
  await tx.query(
    `update clients set
       name = case when $4 then $5 else name end,
       name_edited_at = case when $4 then $3::timestamptz else name_edited_at end,
       notes = case when $6 then $7 else notes end,
       tags = case when $8 then $9::text[] else tags end,
       updated_at = $3::timestamptz
     where workspace_id = $1 and id = $2`,
    [
      client.workspaceId,
      client.id,
      await tx.clock(),
      edit.name !== undefined,
      edit.name ?? null,
      edit.notes !== undefined,
      edit.notes ?? null,
      edit.tags !== undefined,
      edit.tags ?? [],
    ],
  );
}
