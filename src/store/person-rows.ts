/** Everything that the rows hold of one person, for handing it over. */
import type { Id } from '../domain/id.ts';
import type { Sql } from './db.ts';

/** Rows as JSON, by table; `raw` is what Calendly said. */
export type PersonRows = Record<string, Record<string, unknown>[]>;

/** `emailKeys`: folded addresses; `clientIds`: the clients they belong to. */
export async function readPersonRows(
  sql: Sql,
  workspaceId: Id,
  person: { emailKeys: readonly string[]; clientIds: readonly Id[] },
): Promise<PersonRows> {
  const rows = async (
    text: string,
    ...params: readonly unknown[]
  ): Promise<Record<string, unknown>[]> => {
    const { rows: found } = await sql.query<{ row: Record<string, unknown> }>(
      `select to_jsonb(t) as row from (${text}) t`,
      [workspaceId, ...params],
    );
    return found.map(({ row }) => row);
  };
  const { emailKeys, clientIds } = person;
  const invitees = await rows(
    'select * from invitees where workspace_id = $1 and email_key = any ($2::text[]) order by id',
    emailKeys,
  );
  const guests = await rows(
    'select * from meeting_guests where workspace_id = $1 and email_key = any ($2::text[]) order by meeting_id',
    emailKeys,
  );
  const uris = invitees.map((row) => row['meeting_uri']);
  const ids = guests.map((row) => row['meeting_id']);
  const meetings = await rows(
    `select * from meetings where workspace_id = $1
       and (calendly_uri = any ($2::text[]) or id = any ($3::uuid[])) order by start_time, id`,
    uris,
    ids,
  );
  const needles = [...emailKeys, ...invitees.map((row) => row['calendly_uri'])];
  return {
    clients: await rows(
      'select * from clients where workspace_id = $1 and id = any ($2::uuid[]) order by id',
      clientIds,
    ),
    client_emails: await rows(
      'select * from client_emails where workspace_id = $1 and client_id = any ($2::uuid[]) order by email_key',
      clientIds,
    ),
    client_phones: await rows(
      'select * from client_phones where workspace_id = $1 and client_id = any ($2::uuid[]) order by phone',
      clientIds,
    ),
    client_reviews: await rows(
      'select * from client_reviews where workspace_id = $1 and email_key = any ($2::text[]) order by id',
      emailKeys,
    ),
    invitees,
    meeting_guests: guests,
    meetings,
    client_documents: await rows(
      `select * from client_documents where workspace_id = $1 and (client_id = any ($2::uuid[])
         or (client_id is null and meeting_id = any ($3::uuid[]))) order by id`,
      clientIds,
      meetings.map((row) => row['id']),
    ),
    webhook_deliveries: await rows(
      `select id, event, state, received_at, encode(body, 'escape') as body from webhook_deliveries d
       where workspace_id = $1 and exists (
         select 1 from unnest($2::text[]) n
         where strpos(lower(encode(d.body, 'escape')), lower(encode(convert_to(n, 'UTF8'), 'escape'))) > 0)
       order by received_at, id`,
      needles,
    ),
    routing_form_submissions: await rows(
      `select * from routing_form_submissions r where workspace_id = $1 and exists (
         select 1 from unnest($2::text[]) n where strpos(lower(r.raw::text), lower(n)) > 0) order by id`,
      needles,
    ),
    feed: await rows(
      `select number, at, event, subject_id from feed where workspace_id = $1
         and subject_id = any ($2::uuid[]) order by number`,
      [...clientIds, ...meetings.map((row) => row['id'])],
    ),
  };
}
