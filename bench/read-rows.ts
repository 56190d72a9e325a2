/** A workspace with very many clients and meetings, written by the database itself. */
import type { Db } from '../src/store/db.ts';
import type { Seeded } from './seed.ts';

/** What is looked for: in half of all titles, in twenty rows, in none. */
export const TERMS = {
  common: 'consultation',
  rare: 'quetzalcoatl',
  absent: 'xylophonist',
} as const;

const EVERY_RARE = 20;

/**
 * Writes `clients` clients and `meetings` meetings with one invitee each, spread over two years. Triggers are off
 * meanwhile and the search's index is made last, as a restored backup would have it. `db`: a superuser's.
 */
export async function writeRows(
  db: Db,
  { workspaceId }: Pick<Seeded, 'workspaceId'>,
  size: { clients: number; meetings: number },
): Promise<void> {
  const { clients, meetings } = size;
  await db.tx(async (tx) => {
    const run = async (text: string, ...params: readonly unknown[]): Promise<void> => {
      await tx.query(text, [workspaceId, ...params]);
    };
    await tx.script(
      `set local session_replication_role = 'replica'; set local statement_timeout = 0;
       set local maintenance_work_mem = '512MB';
       drop index if exists meeting_texts_body; drop index if exists client_texts_body`,
    );
    await run(
      `insert into clients (workspace_id, id, name, created_at, updated_at)
       select $1, ${idOf('n', 'c')}, ${nameOf('n')}, ${AT}, ${AT} from generate_series(1, $2::int) n`,
      clients,
    );
    await run(
      `insert into client_emails (workspace_id, email_key, email, client_id, created_at)
       select $1, ${emailOf('n')}, ${emailOf('n')}, ${idOf('n', 'c')}, ${AT} from generate_series(1, $2::int) n`,
      clients,
    );
    await run(
      `insert into meetings (workspace_id, id, calendly_uri, title, status, start_time, end_time, hosts,
         calendly_created_at, source_updated_at, raw, core_hash, observed_at, observed_from, fingerprint,
         created_at, updated_at, synced_at)
       select $1, ${idOf('n', 'a')}, ${uriOf('n')}, ${titleOf('n')}, 'active', ${startOf('n')},
         ${startOf('n')} + interval '30 minutes', '[]', ${AT}, ${AT}, '{}', 'x', ${AT}, 'list', 'x', ${AT}, ${AT}, ${AT}
       from generate_series(1, $2::int) n`,
      meetings,
    );
    await run(
      `insert into invitees (workspace_id, id, calendly_uri, meeting_uri, email, email_key, name, status, answers,
         calendly_created_at, source_updated_at, raw, core_hash, observed_at, observed_from, link_pending, client_id,
         link_rule, created_at, updated_at)
       select $1, ${idOf('n', 'b')}, ${uriOf('n')} || '/invitees/I', ${uriOf('n')}, ${emailOf('c')}, ${emailOf('c')},
         ${nameOf('c')}, 'active', jsonb_build_array(jsonb_build_object('position', 0, 'question', 'What is it about?', 'answer',
           'My plans for ' || md5(n::text) || case when n % ($3 / ${EVERY_RARE}) = 0 then ' ${TERMS.rare}' else '' end)),
         ${AT}, ${AT}, '{}', 'x', ${AT}, 'list', false, ${idOf('c', 'c')}, 'email', ${AT}, ${AT}
       from (select n, 1 + n % $2::int as c from generate_series(1, $3::int) n) x`,
      clients,
      meetings,
    );
    await tx.script(
      `insert into meeting_texts select workspace_id, id, calendly_uri, title from meetings;
       insert into meeting_texts select workspace_id, id, meeting_uri,
         calendly_sync_text_of_invitee(name, email, answers) from invitees;
       insert into client_texts select workspace_id, id, 'name', name from clients;
       insert into client_texts select workspace_id, client_id, 'address ' || email, email from client_emails;
       create index meeting_texts_body on meeting_texts using gin (body gin_trgm_ops);
       create index client_texts_body on client_texts using gin (body gin_trgm_ops)`,
    );
  });
  await db.script('analyze');
}

const AT = `'2026-01-01T00:00:00Z'::timestamptz`;

function idOf(number: string, kind: string): string {
  return `('0190' || lpad(to_hex(${number}), 8, '0') || '7000800${kind}000000000000')::uuid`;
}

function uriOf(number: string): string {
  return `'https://api.calendly.com/scheduled_events/' || ${number}`;
}

/** One address for each client, none of them with a word that is looked for. */
function emailOf(number: string): string {
  return `'person.' || ${number} || '@' || substr(md5(${number}::text), 1, 8) || '.example'`;
}

function nameOf(number: string): string {
  return `initcap(substr(md5(${number}::text || 'first'), 1, 6)) || ' ' || initcap(substr(md5(${number}::text), 1, 9))
    || case when ${number} % 5000 = 0 then ' Quetzalcoatl' else '' end
    || case when ${number} % 2 = 0 then ' Consultation' else '' end`;
}

function titleOf(number: string): string {
  return `case when ${number} % 2 = 0 then 'Introductory consultation' else 'Annual review of ' || substr(md5(${number}::text), 1, 6) end`;
}

function startOf(number: string): string {
  return `'2024-06-01T00:00:00Z'::timestamptz + ${number} * interval '60 seconds'`;
}
