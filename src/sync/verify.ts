/** The proof: every meeting and invitee of the range read anew and held against its row. Writes nothing. */
import { CalendlyError } from '../calendly/errors.ts';
import { toMeeting } from '../calendly/to-meeting.ts';
import type { AppError } from '../domain/errors.ts';
import type { ObservedMeeting } from '../domain/meeting.ts';
import { type Timestamp, timestampToMs } from '../domain/timestamp.ts';
import { meetingColumns } from '../store/meetings.ts';
import { listExpectedMeetings, readMeetingRows } from '../store/proof.ts';
import { differingColumns } from './compare.ts';
import { type Drift, Findings } from './findings.ts';
import type { ProofContext } from './proof-context.ts';
import { proveInvitees } from './invitee-proof.ts';
import { askedRange, mirroredRange, type Range } from './range.ts';
import { redact } from './redacting.ts';
import { lookAgain } from './second-look.ts';

export interface Proof extends Drift {
  /** Whether everything could be read; drift found before a failure is reported all the same. */
  complete: boolean;
  checked: { meetings: number; invitees: number };
  requests: number;
  /** What kept the proof from being complete. */
  error: AppError | null;
}

/**
 * Proves one connection. A difference counts only if a second, direct look finds it too and Calendly
 * does not say that it is younger than the proof, so that a booking during the proof is no drift.
 * Throws for faults of our own and for an abort.
 */
export async function verify(context: ProofContext): Promise<Proof> {
  const findings = new Findings();
  const before = context.calendly.requests;
  const startedAt = (await context.db.clock()) as Timestamp;
  let error: AppError | null = null;
  try {
    const listed = await proveListing(context, findings, timestampToMs(startedAt));
    await proveAbsence(context, findings, listed);
    if (context.listingOnly !== true) {
      const { inviteesOf = () => true } = context;
      await proveInvitees(context, findings, [...listed.inside].filter(inviteesOf));
      await lookAgain(context, findings, startedAt);
    }
  } catch (cause) {
    context.signal.throwIfAborted();
    if (!(cause instanceof CalendlyError)) throw cause;
    error = cause;
  }
  return {
    complete: error === null && findings.unreadable === 0,
    checked: findings.checked,
    ...findings.drift(),
    requests: context.calendly.requests - before,
    error,
  };
}

interface Listed {
  /** What was listed and starts within the mirrored range itself. */
  inside: Set<string>;
  bounds: Range;
}

async function proveListing(
  context: ProofContext,
  findings: Findings,
  nowMs: number,
): Promise<Listed> {
  const asked = askedRange(nowMs, context.range);
  const bounds = mirroredRange(nowMs, context.range);
  const proven = new Set<string>();
  const pages = context.calendly.pages('/scheduled_events', {
    ...context.filters,
    sort: 'start_time:asc',
    min_start_time: asked.min,
    max_start_time: asked.max,
    count: '100',
  });
  for await (const page of pages) {
    const meetings: ObservedMeeting[] = [];
    for (const item of page.items) {
      const parsed = toMeeting(item, { from: 'api', nowMs });
      if (parsed.ok) meetings.push(parsed.value);
      else findings.unreadable += 1;
    }
    const { workspace_id: workspaceId } = context.connection;
    const said = await redact(context.db, workspaceId, { meetings });
    // a page that was cut while rows moved repeats some
    const inside = said.meetings.filter(
      ({ uri, startTime }) =>
        startTime >= bounds.min && startTime <= bounds.max && !proven.has(uri),
    );
    const rows = await readMeetingRows(
      context.db,
      workspaceId,
      inside.map(({ uri }) => uri),
    );
    for (const meeting of inside) {
      const row = rows.get(meeting.uri);
      if (row === undefined) findings.missing(meeting.uri);
      else findings.different(meeting.uri, differences(row, meeting));
    }
    for (const { uri } of inside) proven.add(uri);
    findings.checked.meetings += inside.length;
    context.progress?.(findings.checked.meetings);
  }
  return { inside: proven, bounds };
}

/**
 * Rows of the range that the listing did not show in it. The bounds asked for are a day wider, so its
 * silence means something up to the range's very ends.
 */
async function proveAbsence(
  context: ProofContext,
  findings: Findings,
  { inside, bounds }: Listed,
): Promise<void> {
  const expected = await listExpectedMeetings(
    context.db,
    { workspaceId: context.connection.workspace_id, connectionId: context.connection.id },
    bounds,
  );
  for (const uri of expected) if (!inside.has(uri)) findings.extra(uri);
}

function differences(
  row: Parameters<typeof differingColumns>[0],
  meeting: ObservedMeeting,
): string[] {
  return differingColumns(row, { columns: meetingColumns(meeting), flags: meeting.flags });
}
