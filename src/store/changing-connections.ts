/** Through which linked account a user may change a meeting at Calendly. */
import type { Id } from '../domain/id.ts';
import type { Sql } from './db.ts';

export interface ChangeAsker {
  workspaceId: Id;
  userId: Id;
  /** Admins may use every account of the workspace, others their own and what reads their organisation. */
  isAdmin: boolean;
}

/**
 * The active connection that has seen the meeting: the asker's own first, then a host's, then the oldest; undefined
 * where none may be used. A member uses another's only where it reads the whole organisation and he hosts the meeting.
 */
export async function findChangingConnection(
  sql: Sql,
  asker: ChangeAsker,
  meetingId: Id,
): Promise<Id | undefined> {
  const { rows } = await sql.query<{ id: Id }>(
    `select c.id from meeting_sightings s
     join calendly_connections c on c.workspace_id = s.workspace_id and c.id = s.connection_id
     join meetings m on m.workspace_id = s.workspace_id and m.id = s.meeting_id
     cross join lateral (select
       exists (select 1 from jsonb_array_elements(m.hosts) h
               where h->>'user_uri' = c.calendly_user_uri) as hosts,
       exists (select 1 from jsonb_array_elements(m.hosts) h
               join organization_members o on o.workspace_id = m.workspace_id and o.user_uri = h->>'user_uri'
               join users u on u.workspace_id = o.workspace_id and u.email_key = o.email_key
               where u.id = $3) as asker_hosts) as told
     where s.workspace_id = $1 and s.meeting_id = $2 and c.state = 'active'
       and ($4 or c.user_id = $3 or (c.scope = 'organization' and told.asker_hosts))
     order by c.user_id = $3 desc, told.hosts desc, c.created_at, c.id limit 1`,
    [asker.workspaceId, meetingId, asker.userId, asker.isAdmin],
  );
  return rows[0]?.id;
}

export interface InviteeToChange {
  uri: string;
  meeting_id: Id;
  meeting_uri: string;
  /** Of the mark as a no-show; null without one. */
  no_show_uri: string | null;
}

/** The invitee with this id, with its meeting; undefined where there is none, or it has vanished. */
export async function findInviteeToChange(
  sql: Sql,
  workspaceId: Id,
  id: Id,
): Promise<InviteeToChange | undefined> {
  const { rows } = await sql.query<InviteeToChange>(
    `select i.calendly_uri as uri, m.id as meeting_id, i.meeting_uri, i.no_show_uri from invitees i
     join meetings m on m.workspace_id = i.workspace_id and m.calendly_uri = i.meeting_uri
     where i.workspace_id = $1 and i.id = $2 and i.vanished_at is null`,
    [workspaceId, id],
  );
  return rows[0];
}
