/** Addresses and numbers of clients as users change them. */
import type { Id } from '../domain/id.ts';
import type { Tx } from './db.ts';

export interface ClientKey {
  workspaceId: Id;
  id: Id;
}

/** The folded addresses of a client. */
export async function listAddressKeys(tx: Tx, client: ClientKey): Promise<string[]> {
  const { rows } = await tx.query<{ email_key: string }>(
    'select email_key from client_emails where workspace_id = $1 and client_id = $2 order by email_key',
    [client.workspaceId, client.id],
  );
  return rows.map(({ email_key: key }) => key);
}

/** Takes these addresses from a client. */
export async function removeAddresses(
  tx: Tx,
  client: ClientKey,
  keys: readonly string[],
): Promise<void> {
  await tx.query(
    'delete from client_emails where workspace_id = $1 and client_id = $2 and email_key = any($3::text[])',
    [client.workspaceId, client.id, keys],
  );
}

/**
 * Makes an address a client's, whoever had it before; `at` as the moment it came, so that the addresses stay in the
 * order in which they are given.
 */
export async function putAddress(
  tx: Tx,
  client: ClientKey,
  address: { email: string; key: string; origin: 'user' | 'review'; at: string },
): Promise<void> {
  await tx.query(
    `insert into client_emails (workspace_id, email_key, email, client_id, origin, created_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (workspace_id, email_key) do update set
       email = excluded.email, client_id = excluded.client_id, origin = excluded.origin,
       created_at = case when client_emails.client_id = excluded.client_id then client_emails.created_at
                         else excluded.created_at end`,
    [client.workspaceId, address.key, address.email, client.id, address.origin, address.at],
  );
}

/** Makes these the numbers (E.164) of a client. One that is taken away does not come back with the next meeting. */
export async function replacePhones(
  tx: Tx,
  client: ClientKey,
  { at, phones }: { at: string; phones: readonly string[] },
): Promise<void> {
  const key = [client.workspaceId, client.id];
  await tx.query(
    `update client_phones set removed_at = $4
     where workspace_id = $1 and client_id = $2 and removed_at is null and phone <> all($3::text[])`,
    [...key, phones, at],
  );
  await tx.query(
    `insert into client_phones (workspace_id, client_id, phone, origin, created_at)
     select $1, $2, u.phone, 'user', $4::timestamptz + u.place * interval '1 microsecond'
     from unnest($3::text[]) with ordinality as u(phone, place)
     on conflict (workspace_id, client_id, phone) do update set removed_at = null, origin = 'user'
     where client_phones.removed_at is not null`,
    [...key, phones, at],
  );
}
