/** Items of Calendly that could not be read: kept with their reason while the rest of the page went on. */
import type { Tx } from './db.ts';

export interface SetAsideItem {
  key: string;
  kind: 'meeting' | 'invitee' | 'event_type';
  reason: string;
  rawText: string;
}

/** Keeps the items, counting repeats. */
export async function setAside(
  tx: Tx,
  owner: { workspaceId: string; connectionId: string; at: string },
  items: readonly SetAsideItem[],
): Promise<void> {
  if (items.length === 0) return;
  const unique = [...new Map(items.map((item) => [item.key, item])).values()];
  await tx.query(
    `insert into set_aside as s (workspace_id, connection_id, item_key, item_kind, reason, raw_text, first_at, last_at)
     select $1, $2, x.key, x.kind, x.reason, x.raw_text, $3, $3
     from jsonb_to_recordset($4::jsonb) as x(key text, kind text, reason text, raw_text text)
     order by x.key
     on conflict (workspace_id, connection_id, item_key) do update set
       reason = excluded.reason, raw_text = excluded.raw_text, last_at = excluded.last_at, times = s.times + 1`,
    [
      owner.workspaceId,
      owner.connectionId,
      owner.at,
      JSON.stringify(
        unique.map((item) => ({
          key: item.key,
          kind: item.kind,
          reason: item.reason,
          raw_text: item.rawText,
        })),
      ),
    ],
  );
}

/** Forgets items that could be read this time. */
export async function clearSetAside(
  tx: Tx,
  owner: { workspaceId: string; connectionId: string },
  keys: readonly string[],
): Promise<void> {
  await tx.query(
    `delete from set_aside
     where workspace_id = $1 and connection_id = $2 and item_key = any($3::text[])`,
    [owner.workspaceId, owner.connectionId, keys],
  );
}

/** Forgets items of a kind that were last met before a complete listing: Calendly has them no more. */
export async function forgetSetAside(
  tx: Tx,
  owner: { workspaceId: string; connectionId: string },
  gone: { kind: SetAsideItem['kind']; before: string },
): Promise<void> {
  await tx.query(
    `delete from set_aside
     where workspace_id = $1 and connection_id = $2 and item_kind = $3 and last_at < $4`,
    [owner.workspaceId, owner.connectionId, gone.kind, gone.before],
  );
}
