/** Canceling meetings and marking no-shows at Calendly, as a user of ours asks for it. */
import type { CalendlyError } from '../calendly/errors.ts';
import { AppError } from '../domain/errors.ts';
import type { Id } from '../domain/id.ts';
import { timestampToMs } from '../domain/timestamp.ts';
import type { MeetingChanges } from '../http/meeting-changes.ts';
import { appendAudit } from '../store/audit.ts';
import {
  type ChangeAsker,
  findChangingConnection,
  findInviteeToChange,
  type InviteeToChange,
} from '../store/changing-connections.ts';
import { findConnection } from '../store/connections.ts';
import { findMeeting } from '../store/meeting-list.ts';
import type { RunContext } from '../sync/lease.ts';
import { cancelAtCalendly, markNoShow, type Told, unmarkNoShow } from '../sync/telling.ts';
import type { Core } from './core.ts';

export function createMeetingChanges(core: Core): MeetingChanges {
  return {
    async cancel({ asker, meetingId, reason, by }) {
      const { workspaceId } = asker;
      const rows = core.tenants.of(workspaceId);
      const meeting = await findMeeting(rows, workspaceId, meetingId);
      if (meeting === undefined) return;
      const told = await through(core, { asker, meetingId }, (context) =>
        cancelAtCalendly(context, { uri: meeting.calendly_uri, reason }),
      );
      const after = await findMeeting(rows, workspaceId, meetingId);
      // an answer that was lost on the way is no refusal
      if (told !== null && after?.status !== 'canceled') {
        const isOver = timestampToMs(meeting.start_time) <= core.clock.now();
        throw isOver ? over() : refused(told, 'cancel this meeting');
      }
      const entry = { workspaceId, ...by, action: 'meeting.canceled', subject: meetingId };
      await appendAudit(rows, entry, core.ids);
    },
    async setNoShow({ asker, inviteeId, isNoShow, by }) {
      const { workspaceId } = asker;
      const rows = core.tenants.of(workspaceId);
      const before = await findInviteeToChange(rows, workspaceId, inviteeId);
      if (before === undefined || (before.no_show_uri !== null) === isNoShow) return;
      const told = await through(core, { asker, meetingId: before.meeting_id }, (context) =>
        change(context, before),
      );
      const after = await findInviteeToChange(rows, workspaceId, inviteeId);
      if (told !== null && (after?.no_show_uri !== null) !== isNoShow) {
        throw refused(told, 'change who came to this meeting');
      }
      const action = isNoShow ? 'no_show.marked' : 'no_show.unmarked';
      await appendAudit(rows, { workspaceId, ...by, action, subject: inviteeId }, core.ids);
    },
  };
}

function change(
  context: RunContext,
  { no_show_uri: mark, ...invitee }: InviteeToChange,
): Promise<Told> {
  return mark === null
    ? markNoShow(context, invitee)
    : unmarkNoShow(context, { uri: mark, meeting_uri: invitee.meeting_uri });
}

async function through(
  core: Core,
  { asker, meetingId }: { asker: ChangeAsker; meetingId: Id },
  work: (context: RunContext) => Promise<Told>,
): Promise<Told> {
  const rows = core.tenants.of(asker.workspaceId);
  const connectionId = await findChangingConnection(rows, asker, meetingId);
  const connection = connectionId && (await findConnection(rows, connectionId));
  if (!connection) throw noAccount();
  const client = core.clients.clientFor(connection, core.signal);
  try {
    return await work({
      db: rows,
      calendly: client.calendly,
      connection,
      range: core.config.sync,
      newId: core.newId,
      run: null,
      signal: core.signal,
      counted: { requests: 0 },
    });
  } finally {
    await client.close();
  }
}

function noAccount(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'change.no_account',
    message: 'No linked Calendly account of yours may change this meeting.',
    action: 'Link the account that hosts it, or ask an admin.',
  });
}

function over(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'change.over',
    message: 'This meeting has begun or is over: Calendly cancels only what is to come.',
    action: 'Mark invitees who did not come as no-shows instead.',
  });
}

/** What Calendly said, as an answer to the user and not as a fault of the server. */
function refused(told: CalendlyError, what: string): AppError {
  if (told.class === 'temporary') return told;
  const isAllowed = told.class === 'malformed' || told.class === 'gone';
  return new AppError({
    kind: 'conflict',
    code: 'change.refused',
    message: isAllowed
      ? `Calendly did not ${what} (${told.message}).`
      : `Calendly does not let this account ${what} (${told.message}).`,
    action: told.class === 'role' ? 'Ask its host, or an owner of the organization.' : told.action,
  });
}
