/** Links that users make by hand, as rows. */
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';

export interface LinkedInvitee {
  id: Id;
  client_id: Id | null;
  name: string | null;
  email: string | null;
}

/** Locks an invitee; `undefined` where the workspace has no such. */
export async function lockInvitee(
  tx: Tx,
  workspaceId: Id,
  id: Id,
): Promise<LinkedInvitee | undefined> {
  const { rows } = await tx.query<LinkedInvitee>(
    `select id, client_id, name, email from invitees where workspace_id = $1 and id = $2 for update`,
    [workspaceId, id],
  );
  return rows[0];
}

/** Writes what a user said; with null for a client it is forgotten, and the rules decide again. */
export async function setManualLink(
  tx: Tx,
  workspaceId: Id,
  link: { inviteeId: Id; clientId: Id | null },
): Promise<void> {
  await tx.query(
    `update invitees set client_id = $3::uuid, link_pending = $3::uuid is null,
       link_rule = case when $3::uuid is not null then 'manual' end, link_evidence = null
     where workspace_id = $1 and id = $2`,
    [workspaceId, link.inviteeId, link.clientId],
  );
}

/** Says that an invitee is nobody's client, whatever the rules say. */
export async function setManualNobody(tx: Tx, workspaceId: Id, inviteeId: Id): Promise<void> {
  await tx.query(
    `update invitees set client_id = null, link_pending = false, link_rule = 'manual', link_evidence = null
     where workspace_id = $1 and id = $2`,
    [workspaceId, inviteeId],
  );
}

/** The invitees of a meeting that is seen: active ones, or the one with this id, in any state. */
export async function findInviteesOf(
  sql: Sql,
  workspaceId: Id,
  ask: { meetingId: Id; inviteeId?: Id },
): Promise<Id[]> {
  const { rows } = await sql.query<{ id: Id }>(
    `select i.id from meetings m join invitees i on i.workspace_id = $1 and i.meeting_uri = m.calendly_uri
     where m.workspace_id = $1 and m.id = $2 and i.vanished_at is null
       and case when $3::uuid is null then i.status = 'active' else i.id = $3 end
     order by i.id`,
    [workspaceId, ask.meetingId, ask.inviteeId ?? null],
  );
  return rows.map(({ id }) => id);
}

/** Of the invitees whom this one replaced, and those before them, the ones that users linked. */
export async function findLinkedBefore(tx: Tx, workspaceId: Id, inviteeId: Id): Promise<Id[]> {
  const { rows } = await tx.query<{ id: Id }>(
    `with recursive line as (
       select id, old_invitee from invitees where workspace_id = $1 and id = $2
       union
       select o.id, o.old_invitee from line l
       join invitees o on o.workspace_id = $1 and o.calendly_uri = l.old_invitee and o.link_rule = 'manual')
     select id from line where id <> $2`,
    [workspaceId, inviteeId],
  );
  return rows.map(({ id }) => id);
}
