/** Addresses that Calendly has taken out of bookings, for erasing the rest of them here. */
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';

const REPLACED = `%@deleted.calendly.com`;

/** Notes the addresses that these invitees still have here, before Calendly's replacement is written over them. */
export async function noteErasedAddresses(
  tx: Tx,
  workspaceId: Id,
  erased: { inviteeUris: readonly string[]; at: string },
): Promise<void> {
  if (erased.inviteeUris.length === 0) return;
  await tx.query(
    `insert into erasures_due (workspace_id, email_key, noticed_at)
     select distinct workspace_id, email_key, $3::timestamptz from invitees
     where workspace_id = $1 and calendly_uri = any ($2::text[])
       and email_key is not null and email_key not like '${REPLACED}'
     on conflict do nothing`,
    [workspaceId, erased.inviteeUris, erased.at],
  );
}

/** Those of which no booking is left with the address: Calendly erases all of somebody's at once, and reads come one by one. */
export async function listErasuresDue(sql: Sql, workspaceId: Id): Promise<string[]> {
  const { rows } = await sql.query<{ email_key: string }>(
    `select d.email_key from erasures_due d where d.workspace_id = $1
       and not exists (select 1 from invitees i
         where i.workspace_id = $1 and i.email_key = d.email_key and i.vanished_at is null)
     order by d.email_key`,
    [workspaceId],
  );
  return rows.map((row) => row.email_key);
}

export async function forgetErasureDue(tx: Tx, workspaceId: Id, emailKey: string): Promise<void> {
  await tx.query('delete from erasures_due where workspace_id = $1 and email_key = $2', [
    workspaceId,
    emailKey,
  ]);
}
