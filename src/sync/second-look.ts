/** The second look of the proof: what differed once is read directly, against the row as it stands then. */
import { CalendlyError } from '../calendly/errors.ts';
import { toInvitee } from '../calendly/to-invitee.ts';
import { toMeeting } from '../calendly/to-meeting.ts';
import { isUri, meetingUriOf, pathOf } from '../calendly/uri.ts';
import type { Json } from '../domain/json.ts';
import { type Timestamp, timestampToMs } from '../domain/timestamp.ts';
import { inviteeColumns } from '../store/invitees.ts';
import { meetingColumns } from '../store/meetings.ts';
import { type MirroredRow, readInviteeRows, readMeetingRows } from '../store/proof.ts';
import { differingColumns } from './compare.ts';
import type { Findings } from './findings.ts';
import type { ProofContext } from './proof-context.ts';

/** Confirms or takes back each finding, one request each. Throws `CalendlyError` where that fails. */
export async function lookAgain(context: ProofContext, findings: Findings): Promise<void> {
  const { missing, extra, different } = findings.drift();
  const uris = [...missing, ...extra, ...different.map(({ uri }) => uri)];
  for (const uri of uris) {
    const said = await readDirectly(context, uri);
    // rows are read after Calendly was asked: a sync in between has made them right
    const row = await rowOf(context, uri);
    findings.clear(uri);
    if (said === null) {
      if (row !== undefined) findings.extra(uri);
    } else if (row === undefined) {
      findings.missing(uri);
    } else {
      findings.different(uri, differingColumns(row, said));
    }
  }
}

interface Said {
  columns: Record<string, Json>;
  flags: string[];
}

/** What Calendly says of one thing; null where it does not know it or does not show it. */
async function readDirectly(context: ProofContext, uri: string): Promise<Said | null> {
  const nowMs = timestampToMs((await context.db.clock()) as Timestamp);
  const invitee = isUri('invitees', uri);
  if (!invitee && !isUri('scheduled_events', uri)) return null;
  try {
    const path = pathOf(invitee ? 'invitees' : 'scheduled_events', uri);
    const resource = await context.calendly.getResource(path);
    if (invitee) {
      const parsed = toInvitee(resource, { from: 'api', nowMs });
      if (parsed.ok) return { columns: inviteeColumns(parsed.value), flags: parsed.value.flags };
    } else {
      const parsed = toMeeting(resource, { from: 'api', nowMs });
      if (parsed.ok) return { columns: meetingColumns(parsed.value), flags: parsed.value.flags };
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
  const meetingUri = meetingUriOf(uri);
  if (meetingUri === undefined) {
    return (await readMeetingRows(db, connection.workspace_id, [uri])).get(uri);
  }
  return (await readInviteeRows(db, connection.workspace_id, [meetingUri])).get(uri);
}
