/** People whose link is pending, as rows: locked, with what of them tells who they are. */
import type { Answer } from '../domain/invitee.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Sql, Tx } from './db.ts';

export interface PendingPerson {
  /** Invitee's id, or the meeting's id for a guest. */
  id: string;
  kind: 'invitee' | 'guest';
  email: string | null;
  email_key: string | null;
  name: string | null;
  /** As linked so far. */
  client_id: string | null;
  link_rule: string | null;
  /** What it rests on; of a link by hand anything, or nothing. */
  link_evidence: Json;
  /** Calendly's URIs of the invitee and of the one that it replaced; null for a guest. */
  uri: string | null;
  old_invitee: string | null;
  text_reminder_number: string | null;
  answers: Answer[];
  /** Of the meeting, where its event type is for one invitee. */
  own_location: JsonObject | null;
}

/** Who has one of the addresses, or is one of the invitees. */
export interface PendingOnly {
  emailKeys?: readonly string[];
  inviteeIds?: readonly string[];
}

/**
 * Held to the end of the transaction: who links people, or changes whose an address is, does it alone in the
 * workspace. Taken before any row is locked.
 */
export async function lockLinks(tx: Tx, workspaceId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('clients ' || $1, 0))`, [
    workspaceId,
  ]);
}

/** Whether anybody is pending. */
export async function isAnybodyPending(sql: Sql, workspaceId: string): Promise<boolean> {
  const { count } = await sql.query(
    `(select 1 from invitees where workspace_id = $1 and link_pending limit 1)
     union all (select 1 from meeting_guests where workspace_id = $1 and link_pending limit 1)`,
    [workspaceId],
  );
  return count > 0;
}

/**
 * Locks about `limit` people whose link is pending: invitees, and those whom they replaced where these are pending
 * too; guests once no invitee is left. In the order in which a sync locks them. Under `lockLinks`.
 */
export async function lockPending(
  tx: Tx,
  workspaceId: string,
  ask: { limit: number; only?: PendingOnly },
): Promise<PendingPerson[]> {
  const { only } = ask;
  const named = [only === undefined, only?.emailKeys ?? [], only?.inviteeIds ?? []];
  const invitees = await tx.query<PendingPerson>(
    `with chosen as (
       select id, old_invitee from invitees where workspace_id = $1 and link_pending
         and ($3 or email_key = any($4::text[]) or id = any($5::uuid[]))
       order by id limit $2
     )
     select i.id, 'invitee' as kind, i.email, i.email_key, i.name, i.client_id, i.link_rule, i.link_evidence,
       i.calendly_uri as uri, i.old_invitee, i.text_reminder_number, i.answers,
       case when m.invitees_limit = 1 then m.location end as own_location
     from invitees i left join meetings m on m.workspace_id = $1 and m.calendly_uri = i.meeting_uri
     where i.workspace_id = $1 and i.id in (
       select id from chosen union
       select o.id from chosen c join invitees o
         on o.workspace_id = $1 and o.calendly_uri = c.old_invitee and o.link_pending)
     order by i.calendly_uri for update of i`,
    [workspaceId, ask.limit, ...named],
  );
  if (invitees.count > 0) return invitees.rows;
  const guests = await tx.query<PendingPerson>(
    `select meeting_id as id, 'guest' as kind, email, email_key, null as name, client_id, link_rule, link_evidence,
       null as uri, null as old_invitee, null as text_reminder_number, '[]'::jsonb as answers, null::jsonb as own_location
     from meeting_guests
     where workspace_id = $1 and link_pending and ($3 or email_key = any($4::text[]))
     order by meeting_id, email_key limit $2 for update`,
    [workspaceId, ask.limit, ...named.slice(0, 2)],
  );
  return guests.rows;
}
