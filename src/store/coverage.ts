/** Organisation once: which connections need not be read, because one that reads the whole organisation does. */
import type { Sql } from './db.ts';

/**
 * For a connection with the alias `c`: the connection that reads its organisation for it, as `covered_by` and
 * `covered_at` (its last complete listing); no row where it has to be read itself. It counts only while it is
 * active, allowed to read everybody, has done so once, and knows the account as a member: else the member's own
 * connection is the fallback.
 */
export const COVERING = `(
  select o.id as covered_by, o.last_complete_at as covered_at from calendly_connections o
  join organization_members m on m.workspace_id = o.workspace_id
    and m.organization_uri = o.organization_uri and m.user_uri = c.calendly_user_uri
  where c.state = 'active' and o.workspace_id = c.workspace_id and o.id <> c.id
    and o.organization_uri = c.organization_uri and o.scope = 'organization' and o.state = 'active'
    and coalesce(o.read_mode, 'organization') = 'organization' and o.last_complete_at is not null
    and (c.scope = 'user' or (o.created_at, o.id) < (c.created_at, c.id))
  order by o.created_at, o.id limit 1)`;

/** A member of an organisation that a connection reads wholly, as Calendly knows him. */
export interface Covered {
  /** The connection that reads the organisation. */
  connection_id: string;
  uri: string;
  name: string | null;
  email: string;
}

/** What reads a user's meetings who linked no account himself: found by his address among the organisation's. */
export async function coveringUser(
  sql: Sql,
  user: { workspaceId: string; userId: string },
): Promise<Covered | undefined> {
  const { rows } = await sql.query<Covered>(
    `select o.id as connection_id, m.user_uri as uri, m.name, m.email from users u
     join organization_members m on m.workspace_id = u.workspace_id and m.email_key = u.email_key
     join calendly_connections o on o.workspace_id = m.workspace_id
       and o.organization_uri = m.organization_uri and o.scope = 'organization' and o.state = 'active'
       and coalesce(o.read_mode, 'organization') = 'organization'
     where u.workspace_id = $1 and u.id = $2
     order by o.created_at, o.id limit 1`,
    [user.workspaceId, user.userId],
  );
  return rows[0];
}

/** Of these connections those that have to be read: covered ones are replaced by what covers them, each once. */
export async function readersOf(
  sql: Sql,
  connections: readonly { workspace_id: string; id: string }[],
): Promise<{ workspace_id: string; id: string }[]> {
  const { rows } = await sql.query<{ workspace_id: string; id: string }>(
    `select c.workspace_id, reader.id from (
       select distinct on (coalesce(v.covered_by, c.id)) coalesce(v.covered_by, c.id) as id, x.ord, c.id as of_id
       from unnest($1::uuid[]) with ordinality as x(id, ord)
       join calendly_connections c on c.id = x.id
       left join lateral ${COVERING} v on true
       order by coalesce(v.covered_by, c.id), x.ord
     ) reader join calendly_connections c on c.id = reader.of_id
     order by reader.ord, reader.id`,
    [connections.map(({ id }) => id)],
  );
  return rows;
}
