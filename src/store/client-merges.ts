/** Merges of clients as rows: what was moved, and what a split moves back. */
import type { Id } from '../domain/id.ts';
import type { Json } from '../domain/json.ts';
import type { Tx } from './db.ts';
import type { ClientKey } from './client-contacts.ts';

/** What users see and write of a client's own row. */
export interface ClientState {
  name: string | null;
  name_edited_at: string | null;
  notes: string | null;
  tags: string[];
  source: string;
  created_at: string;
}

/** Numbers of a client, those too that a user took away. */
export interface PhoneState {
  phone: string;
  origin: string;
  created_at: string;
  removed_at: string | null;
}

export interface Merge {
  id: Id;
  from_id: Id;
  into_id: Id;
  emails: string[];
  phones: PhoneState[];
  invitees: Id[];
  documents: Id[];
  from_before: ClientState;
  into_before: ClientState & { phones: string[] };
  into_after: ClientState;
}

/** Locks these clients in one order for every caller; those that the workspace has, by id. */
export async function lockClients(
  tx: Tx,
  workspaceId: Id,
  ids: readonly Id[],
): Promise<Map<Id, ClientState>> {
  const { rows } = await tx.query<ClientState & { id: Id }>(
    `select id, name, name_edited_at, notes, tags, source, created_at from clients
     where workspace_id = $1 and id = any($2::uuid[]) order by id for update`,
    [workspaceId, ids],
  );
  return new Map(rows.map(({ id, ...state }) => [id, state]));
}

/** What of a client a split could not find again by its addresses. */
export async function readMovable(
  tx: Tx,
  client: ClientKey,
): Promise<Pick<Merge, 'emails' | 'phones' | 'invitees' | 'documents'>> {
  const { rows } = await tx.query<Pick<Merge, 'emails' | 'phones' | 'invitees' | 'documents'>>(
    `select
       array(select email_key from client_emails e where e.workspace_id = $1 and e.client_id = $2 order by 1) as emails,
       array(select id from invitees i where i.workspace_id = $1 and i.client_id = $2 and i.link_rule = 'manual'
             order by 1) as invitees,
       array(select id from client_documents d where d.workspace_id = $1 and d.client_id = $2 order by 1) as documents,
       (select coalesce(jsonb_agg(jsonb_build_object('phone', phone, 'origin', origin, 'created_at', created_at,
          'removed_at', removed_at) order by phone), '[]')
        from client_phones p where p.workspace_id = $1 and p.client_id = $2) as phones`,
    [client.workspaceId, client.id],
  );
  return rows[0] ?? { emails: [], phones: [], invitees: [], documents: [] };
}

/** Gives everything that points to one client to another; documents apart. */
export async function moveClient(
  tx: Tx,
  workspaceId: Id,
  move: { from: Id; to: Id },
): Promise<void> {
  const params = [workspaceId, move.from, move.to];
  for (const table of ['client_emails', 'invitees', 'meeting_guests']) {
    await tx.query(
      `update ${table} set client_id = $3 where workspace_id = $1 and client_id = $2`,
      params,
    );
  }
  await tx.query(
    `insert into client_phones (workspace_id, client_id, phone, origin, created_at, removed_at)
     select $1, $3, phone, origin, created_at, removed_at from client_phones
     where workspace_id = $1 and client_id = $2
     on conflict (workspace_id, client_id, phone) do update set removed_at = null
     where excluded.removed_at is null and client_phones.removed_at is not null
       and client_phones.origin <> 'user'`,
    params,
  );
}

/** Writes what users see of a client's row; makes it where it is gone. */
export async function putClient(
  tx: Tx,
  client: ClientKey,
  { state, at }: { state: ClientState; at: string },
): Promise<void> {
  await tx.query(
    `insert into clients (workspace_id, id, name, name_edited_at, notes, tags, source, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (workspace_id, id) do update set name = excluded.name, name_edited_at = excluded.name_edited_at,
       notes = excluded.notes, tags = excluded.tags, updated_at = excluded.updated_at`,
    [
      client.workspaceId,
      client.id,
      state.name,
      state.name_edited_at,
      state.notes,
      state.tags,
      state.source,
      state.created_at,
      at,
    ],
  );
}

/** Removes the row of a client to whom nothing points any more. */
export async function removeClient(tx: Tx, client: ClientKey): Promise<void> {
  await tx.query('delete from clients where workspace_id = $1 and id = $2', [
    client.workspaceId,
    client.id,
  ]);
}

/** Remembers a merge. */
export async function insertMerge(
  tx: Tx,
  workspaceId: Id,
  { merge, at }: { merge: Merge; at: string },
): Promise<void> {
  const json = (value: Json | object): string => JSON.stringify(value);
  await tx.query(
    `insert into client_merges (workspace_id, id, from_id, into_id, merged_at, emails, phones, invitees, documents,
       from_before, into_before, into_after)
     values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::uuid[], $9::uuid[], $10::jsonb, $11::jsonb, $12::jsonb)`,
    [
      workspaceId,
      merge.id,
      merge.from_id,
      merge.into_id,
      at,
      merge.emails,
      json(merge.phones),
      merge.invitees,
      merge.documents,
      json(merge.from_before),
      json(merge.into_before),
      json(merge.into_after),
    ],
  );
}

/**
 * The merge that brought these addresses, or these among others: the one with the fewest others, of those the
 * newest. Forgotten with the answer, as it is undone now.
 */
export async function takeMerge(
  tx: Tx,
  workspaceId: Id,
  keys: readonly string[],
): Promise<Merge | undefined> {
  const { rows } = await tx.query<Merge>(
    `delete from client_merges g where g.workspace_id = $1 and g.id = (
       select o.id from client_merges o
       where o.workspace_id = $1 and o.emails @> $2::text[]
         and not exists (select 1 from clients c where c.workspace_id = $1 and c.id = o.from_id)
       order by cardinality(o.emails), o.id desc limit 1)
     returning id, from_id, into_id, emails, phones, invitees, documents, from_before, into_before, into_after`,
    [workspaceId, keys],
  );
  return rows[0];
}

/** Gives what a merge had brought back to the client that it came from, as far as it is still where it was brought. */
export async function moveBack(
  tx: Tx,
  workspaceId: Id,
  { merge, holder }: { merge: Merge; holder: Id },
): Promise<void> {
  const brought = [workspaceId, holder, merge.from_id];
  await tx.query(
    `update invitees set client_id = $3
     where workspace_id = $1 and client_id = $2 and link_rule = 'manual' and id = any($4::uuid[])`,
    [...brought, merge.invitees],
  );
  await tx.query(
    `insert into client_phones (workspace_id, client_id, phone, origin, created_at, removed_at)
     select $1, $2, x.phone, x.origin, x.created_at, x.removed_at
     from jsonb_to_recordset($3::jsonb) as x(phone text, origin text, created_at timestamptz, removed_at timestamptz)
     on conflict do nothing`,
    [workspaceId, merge.from_id, JSON.stringify(merge.phones)],
  );
  await tx.query(
    `delete from client_phones where workspace_id = $1 and client_id = $2
       and phone = any($3::text[]) and phone <> all($4::text[])`,
    [workspaceId, holder, merge.phones.map(({ phone }) => phone), merge.into_before.phones],
  );
}

/** Gives addresses of one client to another. */
export async function moveAddresses(
  tx: Tx,
  workspaceId: Id,
  move: { from: Id; to: Id; keys: readonly string[] },
): Promise<void> {
  await tx.query(
    `update client_emails set client_id = $3
     where workspace_id = $1 and client_id = $2 and email_key = any($4::text[])`,
    [workspaceId, move.from, move.to, move.keys],
  );
}
