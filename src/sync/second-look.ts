/** The second look of the proof: what differed once is read directly, against the row as it stands then. */
import { CalendlyError } from '../calendly/errors.ts';
import { toInvitee } from '../calendly/to-invitee.ts';
import { toMeeting } from '../calendly/to-meeting.ts';
import { isUri, pathOf } from '../calendly/uri.ts';
import type { Json } from '../domain/json.ts';
import { type Timestamp, timestampToMs } from '../domain/timestamp.ts';
import { inviteeColumns } from '../store/invitees.ts';
import { meetingColumns } from '../store/meetings.ts';
import { findInviteeRow, type MirroredRow, readMeetingRows } from '../store/proof.ts';
import { differingColumns } from './compare.ts';
import type { Findings } from './findings.ts';
import type { ProofContext } from './proof-context.ts';
import { redact } from './redacting.ts';

/**
 * Confirms or takes back each finding, one request each. What Calendly changed after `startedAt` is news
 * that no sync has had a chance to bring, and no drift. Throws `CalendlyError` where a request fails.
 */
export async function lookAgain(
  context: ProofContext,
  findings: Findings,
  startedAt: Timestamp,
): Promise<void> {
  const { missing, extra, different } = findings.drift();
  const uris = [...missing, ...extra, ...different.map(({ uri }) => uri)];
  for (const uri of uris) {
    const said = await readDirectly(context, uri);
    // rows are read after Calendly was asked: a sync in between has made them right
    const row = await rowOf(context, uri);
    const now = (await context.db.clock()) as Timestamp;
    findings.clear(uri);
    if (said === null) {
      if (row !== undefined) findings.extra(uri);
    } else if (!isNews(said, { startedAt, now })) {
      if (row === undefined) findings.missing(uri);
      else findings.different(uri, differingColumns(row, said));
    }
  }
}

interface Said {
  columns: Record<string, Json>;
  flags: string[];
  updatedAt: Timestamp;
}

/** Whether it changed during the proof; a time that is still to come proves nothing. */
function isNews(said: Said, proof: { startedAt: Timestamp; now: Timestamp }): boolean {
  const { updatedAt, flags } = said;
  if (flags.includes('updated_in_future')) return false;
  return updatedAt >= proof.startedAt && updatedAt <= proof.now;
}

/** What Calendly says of one thing; null where it does not know it or does not show it. */
async function readDirectly(context: ProofContext, uri: string): Promise<Said | null> {
  const nowMs = timestampToMs((await context.db.clock()) as Timestamp);
  const invitee = isUri('invitees', uri);
  if (!invitee && !isUri('scheduled_events', uri)) return null;
  try {
    const path = pathOf(invitee ? 'invitees' : 'scheduled_events', uri);
    const resource = await context.calendly.getResource(path);
    const parsed = invitee
      ? toInvitee(resource, { from: 'api', nowMs })
      : toMeeting(resource, { from: 'api', nowMs });
    if (parsed.ok) {
      const { value } = parsed;
      const { workspace_id: workspaceId } = context.connection;
      const isInvitee = 'meetingUri' in value;
      const said = isInvitee ? { invitees: [value] } : { meetings: [value] };
      const { invitees, meetings } = await redact(context.db, workspaceId, said);
      return {
        columns: [...invitees.map(inviteeColumns), ...meetings.map(meetingColumns)][0] ?? {},
        flags: value.flags,
        updatedAt: value.sourceUpdatedAt,
      };
    }
    throw new CalendlyError('calendly.shape');
  } catch (error) {
    if (error instanceof CalendlyError && (error.class === 'gone' || error.class === 'role')) {
      return null;
    }
    throw error;
  }
}

async function rowOf(context: ProofContext, uri: string): Promise<MirroredRow | undefined> {
  const { db, connection } = context;
  return isUri('invitees', uri)
    ? findInviteeRow(db, connection.workspace_id, uri)
    : (await readMeetingRows(db, connection.workspace_id, [uri])).get(uri);
}
