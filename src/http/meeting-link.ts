/** What the routes share through which a user says whose an invitee is. */
import { AppError } from '../domain/errors.ts';
import type { Id } from '../domain/id.ts';
import type { AuditEntry } from '../store/audit.ts';
import type { Sql } from '../store/db.ts';
import { findInviteesOf } from '../store/manual-links.ts';

/** The only active invitee of a meeting that is seen; 409 where there are more, or none. */
export async function onlyInvitee(sql: Sql, workspaceId: Id, meetingId: Id): Promise<Id> {
  const [only, ...others] = await findInviteesOf(sql, workspaceId, { meetingId });
  if (only !== undefined && others.length === 0) return only;
  throw new AppError({
    kind: 'conflict',
    code: 'meeting.no_only_invitee',
    message: 'This meeting has not exactly one active invitee.',
    action: 'Link each invitee: PATCH /api/meetings/{id}/invitees/{id}.',
  });
}

/** How the trail tells of a link by hand. */
export function linkAudit(link: {
  inviteeId: Id;
  clientId: Id | null;
}): Pick<AuditEntry, 'action' | 'subject' | 'detail'> {
  return { action: 'client.linked', subject: link.clientId, detail: { invitee: link.inviteeId } };
}
