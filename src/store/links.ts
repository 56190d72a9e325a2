/** The link of person and client as rows: the clients that people become, and what each link rests on. */
import type { JsonObject } from '../domain/json.ts';
import type { Tx } from './db.ts';

export interface NewClient {
  id: string;
  /** Null: known by a phone number only. */
  email: string | null;
  emailKey: string | null;
  name: string | null;
}

/**
 * Makes these clients; answers the ids of those made. Of two transactions that meet a new address at once the unique
 * address decides: the second waits, and makes none.
 */
export async function createClients(
  tx: Tx,
  workspaceId: string,
  create: { at: string; clients: readonly NewClient[] },
): Promise<string[]> {
  if (create.clients.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(
    `with wanted as (
       select x.* from jsonb_to_recordset($2::jsonb) as x(id uuid, email text, email_key text, name text)
     ), claimed as (
       insert into client_emails (workspace_id, email_key, email, client_id, created_at)
       select $1, w.email_key, w.email, w.id, $3 from wanted w
       where w.email_key is not null
         and not exists (select 1 from client_emails e where e.workspace_id = $1 and e.email_key = w.email_key)
       order by w.email_key
       on conflict (workspace_id, email_key) do nothing returning client_id
     )
     insert into clients (workspace_id, id, name, source, created_at, updated_at)
     select $1, w.id, w.name, 'calendly', $3, $3 from wanted w
     where w.email_key is null or w.id in (select client_id from claimed)
     returning id`,
    [
      workspaceId,
      JSON.stringify(
        create.clients.map(({ emailKey, ...client }) => ({ ...client, email_key: emailKey })),
      ),
      create.at,
    ],
  );
  return rows.map((row) => row.id);
}

export interface LearnedAddress {
  clientId: string;
  email: string;
  emailKey: string;
  origin: string;
}

/** Gives these addresses to clients; one that is somebody's already stays his. */
export async function learnAddresses(
  tx: Tx,
  workspaceId: string,
  learn: { at: string; addresses: readonly LearnedAddress[] },
): Promise<void> {
  if (learn.addresses.length === 0) return;
  await tx.query(
    `insert into client_emails (workspace_id, email_key, email, client_id, origin, created_at)
     select $1, x."emailKey", x.email, x."clientId", x.origin, $3
     from jsonb_to_recordset($2::jsonb) as x("clientId" uuid, email text, "emailKey" text, origin text)
     order by x."emailKey" on conflict do nothing`,
    [workspaceId, JSON.stringify(learn.addresses), learn.at],
  );
}

/** Gives these numbers to clients, unless a user took them away. */
export async function learnPhones(
  tx: Tx,
  workspaceId: string,
  learn: { at: string; phones: readonly { clientId: string; phone: string }[] },
): Promise<void> {
  if (learn.phones.length === 0) return;
  await tx.query(
    `insert into client_phones (workspace_id, client_id, phone, origin, created_at)
     select $1, x."clientId", x.phone, 'booking', $3
     from jsonb_to_recordset($2::jsonb) as x("clientId" uuid, phone text)
     order by x."clientId", x.phone on conflict do nothing`,
    [workspaceId, JSON.stringify(learn.phones), learn.at],
  );
}

export interface WrittenLink {
  id: string;
  kind: 'invitee' | 'guest';
  emailKey: string | null;
  /** Null: nobody's client, or not yet decided. */
  clientId: string | null;
  rule: string;
  /** `undefined`: as it was. */
  evidence: JsonObject | null | undefined;
}

/** Writes what became of pending people. A link by address goes to whose the address is. */
export async function writeLinks(
  tx: Tx,
  workspaceId: string,
  links: readonly WrittenLink[],
): Promise<void> {
  for (const kind of ['invitee', 'guest'] as const) {
    const rows = links.filter((link) => link.kind === kind);
    if (rows.length === 0) continue;
    const [table, isThis] =
      kind === 'invitee'
        ? ['invitees', 't.id = x.id']
        : ['meeting_guests', 't.meeting_id = x.id and t.email_key = x."emailKey"'];
    await tx.query(
      `update ${table} t set link_pending = false, client_id = coalesce(e.client_id, x."clientId"),
         link_rule = x.rule, link_evidence = case when x.stays then t.link_evidence else x.evidence end
       from jsonb_to_recordset($2::jsonb) as x(id uuid, "emailKey" text, "clientId" uuid, rule text, evidence jsonb,
         stays boolean)
       left join client_emails e on x.rule = 'email' and e.workspace_id = $1 and e.email_key = x."emailKey"
       where t.workspace_id = $1 and ${isThis}`,
      [
        workspaceId,
        JSON.stringify(rows.map((link) => ({ ...link, stays: link.evidence === undefined }))),
      ],
    );
  }
}

/** Gives clients without a name the first that came with one of these invitees; a user's word stays. */
export async function nameClients(
  tx: Tx,
  workspaceId: string,
  inviteeIds: readonly string[],
): Promise<void> {
  if (inviteeIds.length === 0) return;
  await tx.query(
    `update clients c set name = x.name
     from (select distinct on (i.client_id) i.client_id, i.name from invitees i
           where i.workspace_id = $1 and i.id = any($2::uuid[]) and i.name is not null and i.name <> ''
           order by i.client_id, i.calendly_created_at) x
     where c.workspace_id = $1 and c.id = x.client_id and c.name is null and c.name_edited_at is null`,
    [workspaceId, inviteeIds],
  );
}

/**
 * Marks those who replaced one of these invitees, and whose own link depends on theirs: a link by hand follows,
 * also where it is another one now, or none. Answers their ids.
 */
export async function markSuccessors(
  tx: Tx,
  workspaceId: string,
  inviteeIds: readonly string[],
): Promise<string[]> {
  if (inviteeIds.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(
    `update invitees n set link_pending = true from invitees o
     where o.workspace_id = $1 and o.id = any($2::uuid[])
       and n.workspace_id = $1 and n.old_invitee = o.calendly_uri and not n.link_pending
       and (n.link_rule = 'review' or (n.link_rule = 'manual' and n.link_evidence ->> 'invitee' = o.id::text)
         or (o.link_rule = 'manual' and (n.link_rule is distinct from 'manual' or n.client_id is distinct from o.client_id)))
     returning n.id`,
    [workspaceId, inviteeIds],
  );
  return rows.map(({ id }) => id);
}
