/** Clients that may be the same person: told, never concluded. */
import type { Id } from '../domain/id.ts';
import type { Sql } from './db.ts';

export interface SimilarClient {
  id: Id;
  name: string | null;
  emails: string[];
  same_name: boolean;
  same_domain: boolean;
}

/**
 * Clients with the same name (case apart), then those with an address at the same company; `publicDomains` of the
 * client's own are no company's.
 */
export async function listSimilar(
  sql: Sql,
  workspaceId: Id,
  { clientId, domains, limit }: { clientId: Id; domains: readonly string[]; limit: number },
): Promise<SimilarClient[]> {
  const { rows } = await sql.query<SimilarClient>(
    `with own as (select id, name_key from clients where workspace_id = $1 and id = $2),
     alike as (
       select c.id, true as same_name from own o join clients c on c.workspace_id = $1 and c.name_key = o.name_key
       where o.name_key <> ''
       union all
       select e.client_id, false from client_emails e where e.workspace_id = $1 and e.domain = any($3::text[])
     )
     select c.id, c.name, bool_or(a.same_name) as same_name, bool_or(not a.same_name) as same_domain,
       array(select e.email from client_emails e where e.workspace_id = $1 and e.client_id = c.id
             order by e.created_at, e.email_key) as emails
     from alike a join clients c on c.workspace_id = $1 and c.id = a.id
     where c.id <> $2 group by c.id, c.name
     order by bool_or(a.same_name) desc, c.id desc limit $4`,
    [workspaceId, clientId, domains, limit],
  );
  return rows;
}
