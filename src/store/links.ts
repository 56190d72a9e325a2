/** The link of person and client as rows: pending invitees and guests, and the clients they become. */
import type { Tx } from './db.ts';

export interface PendingPerson {
  /** Invitee's id, or the meeting's id for a guest. */
  id: string;
  kind: 'invitee' | 'guest';
  email: string | null;
  email_key: string | null;
  name: string | null;
}

/** Locks up to `limit` people whose link is pending, in one order for every caller. */
export async function lockPending(
  tx: Tx,
  workspaceId: string,
  limit: number,
): Promise<PendingPerson[]> {
  const invitees = await tx.query<PendingPerson>(
    `select id, 'invitee' as kind, email, email_key, name from invitees
     where workspace_id = $1 and link_pending order by id limit $2 for update`,
    [workspaceId, limit],
  );
  if (invitees.count > 0) return invitees.rows;
  const guests = await tx.query<PendingPerson>(
    `select meeting_id as id, 'guest' as kind, email, email_key, null as name from meeting_guests
     where workspace_id = $1 and link_pending order by meeting_id, email_key limit $2 for update`,
    [workspaceId, limit],
  );
  return guests.rows;
}

/** Which of these folded addresses belong to hosts, colleagues or connected accounts. */
export async function findOwnAddresses(
  tx: Tx,
  workspaceId: string,
  keys: readonly string[],
): Promise<Set<string>> {
  const { rows } = await tx.query<{ key: string }>(
    `select u.key from unnest($2::text[]) as u(key)
     where exists (select 1 from host_addresses h where h.workspace_id = $1 and h.email_key = u.key)
        or exists (select 1 from organization_members m where m.workspace_id = $1 and m.email_key = u.key)
        or exists (select 1 from calendly_connections c where c.workspace_id = $1 and lower(c.email) = u.key)`,
    [workspaceId, keys],
  );
  return new Set(rows.map((row) => row.key));
}

export interface NewClient {
  id: string;
  email: string;
  emailKey: string;
  name: string | null;
}

/**
 * Makes a client for each address that has none; answers the ids of those made. The unique address
 * decides: of two transactions that meet a new person at once, the second waits and finds the first's.
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
       where not exists (select 1 from client_emails e where e.workspace_id = $1 and e.email_key = w.email_key)
       order by w.email_key
       on conflict (workspace_id, email_key) do nothing returning client_id
     )
     insert into clients (workspace_id, id, name, source, created_at, updated_at)
     select $1, w.id, w.name, 'calendly', $3, $3 from wanted w join claimed c on c.client_id = w.id
     returning id`,
    [
      workspaceId,
      JSON.stringify(
        create.clients.map((client) => ({
          id: client.id,
          email: client.email,
          email_key: client.emailKey,
          name: client.name,
        })),
      ),
      create.at,
    ],
  );
  return rows.map((row) => row.id);
}

/** Links pending people to the clients of their addresses. A link that a user made by hand stays. */
export async function linkByAddress(
  tx: Tx,
  workspaceId: string,
  people: readonly PendingPerson[],
): Promise<void> {
  const ids = (kind: PendingPerson['kind']): string[] =>
    people.filter((person) => person.kind === kind).map((person) => person.id);
  await tx.query(
    `update invitees i set link_pending = false,
       client_id = case when i.link_rule = 'manual' then i.client_id else e.client_id end,
       link_rule = case when i.link_rule = 'manual' then 'manual' else 'email' end,
       link_evidence = case when i.link_rule = 'manual' then i.link_evidence
                            else jsonb_build_object('email', e.email) end
     from client_emails e
     where i.workspace_id = $1 and i.id = any($2::uuid[])
       and e.workspace_id = $1 and e.email_key = i.email_key`,
    [workspaceId, ids('invitee')],
  );
  const keys = people.flatMap((person) => (person.kind === 'guest' ? [person.email_key] : []));
  await tx.query(
    `update meeting_guests g set client_id = e.client_id, link_rule = 'email', link_pending = false
     from client_emails e
     where g.workspace_id = $1 and g.meeting_id = any($2::uuid[]) and g.email_key = any($3::text[])
       and e.workspace_id = $1 and e.email_key = g.email_key`,
    [workspaceId, ids('guest'), keys],
  );
  await tx.query(
    `update clients c set name = x.name
     from (select distinct on (i.client_id) i.client_id, i.name from invitees i
           where i.workspace_id = $1 and i.id = any($2::uuid[]) and i.name is not null and i.name <> ''
           order by i.client_id, i.calendly_created_at) x
     where c.workspace_id = $1 and c.id = x.client_id and c.name is null and c.name_edited_at is null`,
    [workspaceId, ids('invitee')],
  );
}

/** Records that these people become nobody's client, and why; a link made by hand stays. */
export async function linkNobody(
  tx: Tx,
  workspaceId: string,
  people: readonly (PendingPerson & { rule: string })[],
): Promise<void> {
  if (people.length === 0) return;
  const rows = JSON.stringify(
    people.map(({ id, kind, email_key, rule }) => ({ id, kind, email_key, rule })),
  );
  await tx.query(
    `update invitees i set link_pending = false,
       client_id = case when i.link_rule = 'manual' then i.client_id end,
       link_rule = case when i.link_rule = 'manual' then 'manual' else x.rule end, link_evidence = null
     from jsonb_to_recordset($2::jsonb) as x(id uuid, kind text, rule text)
     where x.kind = 'invitee' and i.workspace_id = $1 and i.id = x.id`,
    [workspaceId, rows],
  );
  await tx.query(
    `update meeting_guests g set link_pending = false, client_id = null, link_rule = x.rule
     from jsonb_to_recordset($2::jsonb) as x(id uuid, kind text, email_key text, rule text)
     where x.kind = 'guest' and g.workspace_id = $1 and g.meeting_id = x.id and g.email_key = x.email_key`,
    [workspaceId, rows],
  );
}
