/** What a user writes on a meeting: columns that no sync ever names. */
import type { Id } from '../domain/id.ts';
import type { Tx } from './db.ts';

export interface MeetingEdit {
  notes?: string | null | undefined;
  titleOverride?: string | null | undefined;
}

/** Locks the meeting and answers when it last changed; `undefined` where the workspace has no such meeting. */
export async function lockMeeting(
  tx: Tx,
  workspaceId: Id,
  id: Id,
): Promise<{ updated_at: string } | undefined> {
  const { rows } = await tx.query<{ updated_at: string }>(
    'select updated_at from meetings where workspace_id = $1 and id = $2 for update',
    [workspaceId, id],
  );
  return rows[0];
}

/** Writes the given fields of a locked meeting; what is `undefined` stays. */
export async function editMeeting(
  tx: Tx,
  meeting: { workspaceId: Id; id: Id },
  edit: MeetingEdit,
): Promise<void> {
  await tx.query(
    `update meetings set
       notes = case when $4 then $5 else notes end,
       notes_updated_at = case when $4 and notes is distinct from $5 then $3::timestamptz else notes_updated_at end,
       title_override = case when $6 then $7 else title_override end,
       updated_at = $3::timestamptz
     where workspace_id = $1 and id = $2`,
    [
      meeting.workspaceId,
      meeting.id,
      await tx.clock(),
      edit.notes !== undefined,
      edit.notes ?? null,
      edit.titleOverride !== undefined,
      edit.titleOverride ?? null,
    ],
  );
}

/** Notes belong to the whole series: gives them to its other meetings. */
export async function shareEditedNotes(
  tx: Tx,
  meeting: { workspaceId: Id; id: Id },
): Promise<void> {
  await tx.query(
    `update meetings o set notes = m.notes, notes_updated_at = m.notes_updated_at, updated_at = m.updated_at
     from meetings m
     where m.workspace_id = $1 and m.id = $2 and o.workspace_id = $1 and o.series_id = m.series_id
       and o.id <> m.id and o.notes is distinct from m.notes`,
    [meeting.workspaceId, meeting.id],
  );
}
