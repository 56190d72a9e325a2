/** What the rows tell of people who are to be linked: whose their addresses and numbers are, and whom they replaced. */
import type { Sql, Tx } from './db.ts';

/** Which of these folded addresses belong to hosts, colleagues or connected accounts: by address `host` or `member`. */
export async function findOwnAddresses(
  tx: Sql,
  workspaceId: string,
  keys: readonly string[],
): Promise<Map<string, 'host' | 'member'>> {
  const { rows } = await tx.query<{ key: string; rule: 'host' | 'member' }>(
    `select u.key, case when
         exists (select 1 from host_addresses h where h.workspace_id = $1 and h.email_key = u.key)
         or exists (select 1 from calendly_connections c where c.workspace_id = $1 and lower(c.email) = u.key)
       then 'host' else 'member' end as rule
     from unnest($2::text[]) as u(key)
     where exists (select 1 from host_addresses h where h.workspace_id = $1 and h.email_key = u.key)
        or exists (select 1 from organization_members m where m.workspace_id = $1 and m.email_key = u.key)
        or exists (select 1 from calendly_connections c where c.workspace_id = $1 and lower(c.email) = u.key)`,
    [workspaceId, keys],
  );
  return new Map(rows.map(({ key, rule }) => [key, rule]));
}

/** Of these folded addresses and domains, those that are blocked. */
export async function findBlocked(
  tx: Sql,
  workspaceId: string,
  values: { addresses: readonly string[]; domains: readonly string[] },
): Promise<{ addresses: Set<string>; domains: Set<string> }> {
  const { rows } = await tx.query<{ kind: string; value: string }>(
    `select kind, value from blocked_addresses where workspace_id = $1
       and (kind = 'address' and value = any($2::text[]) or kind = 'domain' and value = any($3::text[]))`,
    [workspaceId, values.addresses, values.domains],
  );
  const of = (wanted: string): Set<string> =>
    new Set(rows.filter(({ kind }) => kind === wanted).map(({ value }) => value));
  return { addresses: of('address'), domains: of('domain') };
}

export interface AddressOwner {
  client_id: string;
  email: string;
  origin: string;
}

/** Whose these folded addresses are, by address. */
export async function findAddressOwners(
  tx: Sql,
  workspaceId: string,
  keys: readonly string[],
): Promise<Map<string, AddressOwner>> {
  const { rows } = await tx.query<AddressOwner & { email_key: string }>(
    `select email_key, client_id, email, origin from client_emails
     where workspace_id = $1 and email_key = any($2::text[])`,
    [workspaceId, keys],
  );
  return new Map(rows.map(({ email_key: key, ...owner }) => [key, owner]));
}

export interface PhoneOwner {
  phone: string;
  client_id: string;
  /** A user has taken it away from the client. */
  removed: boolean;
}

/** Whose these numbers are, or were. */
export async function findPhoneOwners(
  tx: Sql,
  workspaceId: string,
  phones: readonly string[],
): Promise<PhoneOwner[]> {
  if (phones.length === 0) return [];
  const { rows } = await tx.query<PhoneOwner>(
    `select phone, client_id, removed_at is not null as removed from client_phones
     where workspace_id = $1 and phone = any($2::text[]) order by phone, client_id`,
    [workspaceId, phones],
  );
  return rows;
}

export interface Predecessor {
  /** Calendly's URI of the invitee who replaced it. */
  next_uri: string;
  id: string;
  uri: string;
  client_id: string | null;
  link_rule: string | null;
  series_id: string;
}

/** Whom these invitees replaced in their series; nobody is in a series whose event type is for a group. */
export async function findPredecessors(
  tx: Tx,
  workspaceId: string,
  inviteeUris: readonly string[],
): Promise<Predecessor[]> {
  if (inviteeUris.length === 0) return [];
  const { rows } = await tx.query<Predecessor>(
    `select n.calendly_uri as next_uri, o.id, o.calendly_uri as uri, o.client_id, o.link_rule, om.series_id
     from invitees n
     join invitees o on o.workspace_id = $1 and o.calendly_uri = n.old_invitee
     join meetings nm on nm.workspace_id = $1 and nm.calendly_uri = n.meeting_uri
     join meetings om on om.workspace_id = $1 and om.calendly_uri = o.meeting_uri and om.series_id = nm.series_id
     where n.workspace_id = $1 and n.calendly_uri = any($2::text[])`,
    [workspaceId, inviteeUris],
  );
  return rows;
}

/** Every name that these clients go by: their own, and those that came with meetings. */
export async function findNames(
  tx: Sql,
  workspaceId: string,
  clientIds: readonly string[],
): Promise<{ client_id: string; name: string }[]> {
  if (clientIds.length === 0) return [];
  const { rows } = await tx.query<{ client_id: string; name: string }>(
    `select id as client_id, name from clients
     where workspace_id = $1 and id = any($2::uuid[]) and name is not null
     union
     select client_id, name from invitees
     where workspace_id = $1 and client_id = any($2::uuid[]) and name is not null`,
    [workspaceId, clientIds],
  );
  return rows;
}
