/** The queue of people who could be one of several: who, why, and what speaks for whom. */
import type { Id } from '../domain/id.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Sql, Tx } from './db.ts';
import { pageOf, type Page } from './page.ts';

export interface NewReview {
  id: Id;
  /** One of the two is null. */
  emailKey: string | null;
  inviteeId: string | null;
  reason: string;
  evidence: JsonObject;
}

/** Puts people into the queue; who is there already keeps the place, with the newest evidence. */
export async function queueReviews(
  tx: Tx,
  workspaceId: string,
  queue: { at: string; reviews: readonly NewReview[] },
): Promise<void> {
  for (const review of queue.reviews) {
    const target = review.emailKey === null ? 'invitee_id' : 'email_key';
    await tx.query(
      `insert into client_reviews as r (workspace_id, id, email_key, invitee_id, reason, evidence, created_at)
       values ($1, $2, $3, $4, $5, $6::jsonb, $7)
       on conflict (workspace_id, ${target}) where ${target} is not null
       do update set reason = excluded.reason, evidence = excluded.evidence
       where (r.reason, r.evidence) is distinct from (excluded.reason, excluded.evidence)`,
      [
        workspaceId,
        review.id,
        review.emailKey,
        review.inviteeId,
        review.reason,
        JSON.stringify(review.evidence),
        queue.at,
      ],
    );
  }
}

/** Takes out who is no longer in doubt. A link that two users made differently stays in doubt until it is decided. */
export async function dropSettledReviews(
  tx: Tx,
  workspaceId: string,
  agreed: readonly string[],
): Promise<void> {
  await tx.query(
    `delete from client_reviews r where r.workspace_id = $1 and (
       r.reason = 'two_links_by_hand' and (r.invitee_id = any($2::uuid[])
         or not exists (select 1 from invitees i where i.workspace_id = $1 and i.id = r.invitee_id))
       or r.reason <> 'two_links_by_hand'
         and not exists (select 1 from invitees i where i.workspace_id = $1 and i.id = r.invitee_id
           and i.link_rule = 'review')
         and not exists (select 1 from invitees i where i.workspace_id = $1 and i.email_key = r.email_key
           and i.link_rule = 'review'))`,
    [workspaceId, agreed],
  );
}

export interface ReviewRow {
  id: Id;
  reason: string;
  email_key: string | null;
  invitee_id: Id | null;
  evidence: JsonObject;
  created_at: Timestamp;
}

/** Takes the entry out and answers it; `undefined` where there is none such. */
export async function takeReview(tx: Tx, workspaceId: Id, id: Id): Promise<ReviewRow | undefined> {
  const { rows } = await tx.query<ReviewRow>(
    `delete from client_reviews where workspace_id = $1 and id = $2
     returning id, reason, email_key, invitee_id, evidence, created_at`,
    [workspaceId, id],
  );
  return rows[0];
}

/** The first of those in doubt with this address, as he wrote it; `undefined` once nobody is. */
export async function findDoubtful(
  tx: Tx,
  workspaceId: Id,
  key: string,
): Promise<{ email: string; name: string | null } | undefined> {
  const { rows } = await tx.query<{ email: string; name: string | null }>(
    `select email, name from invitees where workspace_id = $1 and email_key = $2 and link_rule = 'review'
     order by id limit 1`,
    [workspaceId, key],
  );
  return rows[0];
}

export interface ReviewView {
  id: Id;
  reason: string;
  created_at: Timestamp;
  person: { name: string | null; email: string | null };
  /** Newest first, ten at most. */
  meetings: { id: Id; start_time: Timestamp; title: string | null }[];
  candidates: {
    client: { id: Id; name: string | null; emails: string[]; phones: string[] };
    evidence: JsonObject;
  }[];
}

/** The queue in the order in which people came, with the candidates that the reader may see; `id`: this one alone. */
export async function listReviews(
  sql: Sql,
  workspaceId: Id,
  request: { after?: Id | undefined; id?: Id; limit: number },
): Promise<Page<ReviewView>> {
  const { rows } = await sql.query<ReviewView>(
    `select r.id, r.reason, r.created_at,
       coalesce((
         select jsonb_build_object('name', i.name, 'email', i.email) from invitees i
         where i.workspace_id = $1 and (i.id = r.invitee_id or i.email_key = r.email_key)
         order by i.link_rule = 'review' desc, i.id limit 1),
         jsonb_build_object('name', null, 'email', r.email_key)) as person,
       (select coalesce(jsonb_agg(x.meeting), '[]') from (
          select jsonb_build_object('id', m.id, 'title', m.title, 'start_time',
            to_char(m.start_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) as meeting
          from invitees i join meetings m on m.workspace_id = $1 and m.calendly_uri = i.meeting_uri
          where i.workspace_id = $1 and (i.id = r.invitee_id or (i.email_key = r.email_key and i.link_rule = 'review'))
          order by m.start_time desc limit 10) x) as meetings,
       (select coalesce(jsonb_agg(jsonb_build_object('evidence', k.item - 'client_id', 'client',
            jsonb_build_object('id', c.id, 'name', c.name,
              'emails', (select coalesce(jsonb_agg(e.email order by e.created_at, e.email_key), '[]')
                         from client_emails e where e.workspace_id = $1 and e.client_id = c.id),
              'phones', (select coalesce(jsonb_agg(p.phone order by p.created_at, p.phone), '[]') from client_phones p
                         where p.workspace_id = $1 and p.client_id = c.id and p.removed_at is null)))
          order by k.place), '[]')
        from jsonb_array_elements(r.evidence -> 'candidates') with ordinality as k(item, place)
        join clients c on c.workspace_id = $1 and c.id = (k.item ->> 'client_id')::uuid) as candidates
     from client_reviews r
     where r.workspace_id = $1 and ($2::uuid is null or r.id > $2) and ($4::uuid is null or r.id = $4)
     order by r.id limit $3`,
    [workspaceId, request.after ?? null, request.limit + 1, request.id ?? null],
  );
  return pageOf(rows, request.limit);
}
