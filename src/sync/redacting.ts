/** Keeps people who were erased from coming back with what Calendly still says of them. */
import { emailKey } from '../domain/email.ts';
import type { ObservedInvitee } from '../domain/invitee.ts';
import type { ObservedMeeting } from '../domain/meeting.ts';
import { redactInvitee, redactMeeting } from '../domain/redaction.ts';
import type { Sql } from '../store/db.ts';
import { findErased, findRedacted } from '../store/suppressions.ts';

export interface Said {
  meetings?: readonly ObservedMeeting[];
  invitees?: readonly ObservedInvitee[];
}

export interface Redacted {
  meetings: readonly ObservedMeeting[];
  invitees: readonly ObservedInvitee[];
  /** The meetings of erased invitees. */
  meetingUris: readonly string[];
}

/**
 * What may be kept of it: invitees and guests who were erased after their booking lose all that tells who they were,
 * and so do their meetings' texts.
 */
export async function redact(sql: Sql, workspaceId: string, said: Said): Promise<Redacted> {
  const { meetings = [], invitees = [] } = said;
  const keys = [
    ...invitees.map(({ email }) => emailKey(email)),
    ...meetings.flatMap(({ guests }) => guests.map(({ email }) => emailKey(email))),
  ].filter((key) => key !== undefined);
  const erased = await findErased(sql, workspaceId, [...new Set(keys)]);
  const isErased = (email: string | null, since: string | null): boolean => {
    const at = erased.get(emailKey(email) ?? '');
    return at !== undefined && (since === null || since < at);
  };
  const gone = invitees.filter(({ email, calendlyCreatedAt }) =>
    isErased(email, calendlyCreatedAt),
  );
  const meetingUris = [...new Set(gone.map(({ meetingUri }) => meetingUri))];
  const uris = meetings.map(({ uri }) => uri);
  const redacted = await findRedacted(sql, workspaceId, uris);
  return {
    meetingUris,
    invitees:
      gone.length === 0
        ? invitees
        : invitees.map((one) => (gone.includes(one) ? redactInvitee(one) : one)),
    meetings: meetings.map((meeting) =>
      redactMeeting(meeting, {
        texts: redacted.has(meeting.uri) || meetingUris.includes(meeting.uri),
        guests: new Set(
          meeting.guests
            .filter((guest) => isErased(guest.email, guest.created_at ?? meeting.calendlyCreatedAt))
            .map(({ email }) => emailKey(email) ?? ''),
        ),
      }),
    ),
  };
}
