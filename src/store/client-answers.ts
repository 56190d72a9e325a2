/** What a client has answered when booking. */
import type { Id } from '../domain/id.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Sql } from './db.ts';

export interface GivenAnswer {
  question: string;
  answer: string;
  meeting_id: Id | null;
  /** When it was booked. */
  at: Timestamp;
}

/** The newest answer to each question, newest first, a hundred at most. */
export async function listAnswers(sql: Sql, workspaceId: Id, clientId: Id): Promise<GivenAnswer[]> {
  const { rows } = await sql.query<GivenAnswer>(
    `select question, answer, meeting_id, at from (
       select distinct on (a ->> 'question') a ->> 'question' as question, a ->> 'answer' as answer,
         m.id as meeting_id, i.calendly_created_at as at
       from invitees i
       cross join lateral jsonb_array_elements(i.answers) a
       left join meetings m on m.workspace_id = $1 and m.calendly_uri = i.meeting_uri
       where i.workspace_id = $1 and i.client_id = $2 and i.vanished_at is null
       order by a ->> 'question', i.calendly_created_at desc, i.id desc) newest
     order by at desc, question limit 100`,
    [workspaceId, clientId],
  );
  return rows;
}
