/** Taking one person out of the rows: what is blanked, what is deleted, and what hangs on it. */
import type { Id } from '../domain/id.ts';
import { KEPT_OF_LOCATION } from '../domain/redaction.ts';
import type { Sql, Tx } from './db.ts';

const NOBODY = `'{"by": null, "reason": null}'::jsonb`;

/** Leaves out the texts of these meetings from now on; as `redactMeeting`. */
export async function redactMeetings(
  tx: Tx,
  workspaceId: Id,
  redacted: { uris: readonly string[]; at: string },
): Promise<void> {
  if (redacted.uris.length === 0) return;
  await tx.query(
    `update meetings set redacted_at = $3, raw = '{}', raw_exact = null, notes_plain = null, notes_html = null,
       cancellation = cancellation || ${NOBODY},
       title = case when coalesce(invitees_limit, 1) <= 1 then null else title end,
       location = case when coalesce(invitees_limit, 1) > 1 or location is null then location else (
         select coalesce(jsonb_object_agg(l.key, l.value), '{}') from jsonb_each(location) l
         where l.key = any ($4::text[])) end
     where workspace_id = $1 and calendly_uri = any ($2::text[]) and redacted_at is null`,
    [workspaceId, redacted.uris, redacted.at, KEPT_OF_LOCATION],
  );
}

/** Every address of the clients whom these addresses belong to, and themselves; folded. */
export async function addressesOfPerson(
  sql: Sql,
  workspaceId: Id,
  emailKey: string,
): Promise<{ emailKeys: string[]; clientIds: Id[] }> {
  const { rows } = await sql.query<{ email_key: string; client_id: Id }>(
    `select e.email_key, e.client_id from client_emails e
     where e.workspace_id = $1 and e.client_id in (
       select k.client_id from client_emails k where k.workspace_id = $1 and k.email_key = $2)`,
    [workspaceId, emailKey],
  );
  return {
    emailKeys: [...new Set([emailKey, ...rows.map((row) => row.email_key)])],
    clientIds: [...new Set(rows.map((row) => row.client_id))],
  };
}

export interface ErasedInvitee {
  uri: string;
  meeting_uri: string;
  submission_uri: string | null;
}

/** Blanks the person's invitees, as `redactInvitee`; answers them. */
export async function blankInvitees(
  tx: Tx,
  workspaceId: Id,
  emailKeys: readonly string[],
): Promise<ErasedInvitee[]> {
  const { rows } = await tx.query<ErasedInvitee>(
    `with gone as (
       select id, routing_form_submission from invitees
       where workspace_id = $1 and email_key = any ($2::text[]) for update)
     update invitees i set email = null, email_key = null, name = null, first_name = null, last_name = null,
       timezone = null, answers = '[]', tracking = null, payment = null, reconfirmation = null,
       cancellation = cancellation || ${NOBODY}, text_reminder_number = null, cancel_url = null,
       reschedule_url = null, routing_form_submission = null, raw = '{}', raw_exact = null,
       client_id = null, link_rule = null, link_evidence = null, link_pending = false
     from gone where i.workspace_id = $1 and i.id = gone.id
     returning i.calendly_uri as uri, i.meeting_uri, gone.routing_form_submission as submission_uri`,
    [workspaceId, emailKeys],
  );
  return rows;
}

/** Takes these addresses out of the guests of meetings; answers the meetings. */
export async function removeGuests(
  tx: Tx,
  workspaceId: Id,
  emailKeys: readonly string[],
): Promise<{ id: Id; calendly_uri: string }[]> {
  const { rows: guests } = await tx.query<{ meeting_id: Id; email: string }>(
    `delete from meeting_guests where workspace_id = $1 and email_key = any ($2::text[])
     returning meeting_id, email`,
    [workspaceId, emailKeys],
  );
  const { rows } = await tx.query<{ id: Id; calendly_uri: string }>(
    `update meetings set raw = '{}', raw_exact = null, guests = (
       select coalesce(jsonb_agg(g.value order by g.ordinality), '[]')
       from jsonb_array_elements(guests) with ordinality g where not g.value->>'email' = any ($3::text[]))
     where workspace_id = $1 and id = any ($2::uuid[]) returning id, calendly_uri`,
    [workspaceId, guests.map((guest) => guest.meeting_id), guests.map((guest) => guest.email)],
  );
  return rows;
}

/** Forgets what users noted on meetings that nobody else was invited to; answers those meetings. */
export async function forgetNotes(
  tx: Tx,
  workspaceId: Id,
  meetingUris: readonly string[],
): Promise<Id[]> {
  const { rows } = await tx.query<{ id: Id }>(
    `update meetings m set notes = null, title_override = null
     where m.workspace_id = $1 and m.calendly_uri = any ($2::text[]) and not exists (
       select 1 from invitees i where i.workspace_id = $1 and i.meeting_uri = m.calendly_uri
         and i.email_key is not null and i.vanished_at is null)
     returning m.id`,
    [workspaceId, meetingUris],
  );
  return rows.map(({ id }) => id);
}

/**
 * Deletes what still holds Calendly's words about the person: deliveries, unreadable items, routing forms. Answers
 * how many deliveries.
 */
export async function deleteRawWords(
  tx: Tx,
  workspaceId: Id,
  words: { emailKeys: readonly string[]; uris: readonly string[] },
): Promise<number> {
  // of bytes that may be no text: compared in the form in which ASCII is itself
  const needles = [...words.emailKeys, ...words.uris];
  const { count } = await tx.query(
    `delete from webhook_deliveries d where d.workspace_id = $1 and exists (
       select 1 from unnest($2::text[]) n
       where strpos(lower(encode(d.body, 'escape')), lower(encode(convert_to(n, 'UTF8'), 'escape'))) > 0)`,
    [workspaceId, needles],
  );
  await tx.query(
    `delete from set_aside s where s.workspace_id = $1 and exists (
       select 1 from unnest($2::text[]) n
       where strpos(lower(s.raw_text), lower(n)) > 0 or s.item_key = n)`,
    [workspaceId, needles],
  );
  await tx.query(
    `delete from routing_form_submissions r where r.workspace_id = $1 and (
       r.submitter_uri = any ($2::text[]) or r.calendly_uri = any ($2::text[]) or exists (
       select 1 from unnest($2::text[]) n where strpos(lower(r.raw::text), lower(n)) > 0))`,
    [workspaceId, needles],
  );
  return count;
}

/** The documents of these clients and of these meetings. */
export async function documentsOfPerson(
  sql: Sql,
  workspaceId: Id,
  of: { clientIds: readonly Id[]; meetingIds: readonly Id[] },
): Promise<Id[]> {
  const { rows } = await sql.query<{ id: Id }>(
    `select id from client_documents where workspace_id = $1
       and (client_id = any ($2::uuid[]) or (client_id is null and meeting_id = any ($3::uuid[])))`,
    [workspaceId, of.clientIds, of.meetingIds],
  );
  return rows.map(({ id }) => id);
}

/** Deletes the clients, with what was decided about them; links that others have to them are theirs no more. */
export async function deleteClients(
  tx: Tx,
  workspaceId: Id,
  person: { clientIds: readonly Id[]; emailKeys: readonly string[] },
): Promise<void> {
  const { clientIds, emailKeys } = person;
  const key = [workspaceId, clientIds];
  await tx.query(
    `delete from client_reviews where workspace_id = $1 and (email_key = any ($3::text[]) or exists (
       select 1 from unnest($2::text[] || $3::text[]) n where strpos(lower(evidence::text), n) > 0))`,
    [...key, emailKeys],
  );
  await tx.query(
    `delete from client_merges where workspace_id = $1 and (into_id = any ($2::uuid[])
       or from_id = any ($2::uuid[]) or emails && $3::text[])`,
    [...key, emailKeys],
  );
  await tx.query(
    `delete from blocked_addresses where workspace_id = $1 and kind = 'address' and value = any ($2::text[])`,
    [workspaceId, emailKeys],
  );
  for (const table of ['invitees', 'meeting_guests']) {
    await tx.query(
      `update ${table} set client_id = null where workspace_id = $1 and client_id = any ($2::uuid[])`,
      key,
    );
  }
  await tx.query(
    'delete from client_emails where workspace_id = $1 and client_id = any ($2::uuid[])',
    key,
  );
  await tx.query('delete from clients where workspace_id = $1 and id = any ($2::uuid[])', key);
}
