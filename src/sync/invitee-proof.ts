/** The part of the proof that reads the invitees of every meeting. */
import { CalendlyError } from '../calendly/errors.ts';
import { toInvitee } from '../calendly/to-invitee.ts';
import { pathOf } from '../calendly/uri.ts';
import type { ObservedInvitee } from '../domain/invitee.ts';
import { type Timestamp, timestampToMs } from '../domain/timestamp.ts';
import { inviteeColumns } from '../store/invitees.ts';
import { type MirroredRow, readInviteeRows } from '../store/proof.ts';
import { differingColumns } from './compare.ts';
import type { Findings } from './findings.ts';
import type { ProofContext } from './proof-context.ts';
import { redact } from './redacting.ts';

/** Meetings whose invitees are asked for at once. */
const BATCH = 16;

/** Reads the invitees of these meetings, every page, and notes what is missing, extra or different. */
export async function proveInvitees(
  context: ProofContext,
  findings: Findings,
  meetingUris: Iterable<string>,
): Promise<void> {
  const uris = [...meetingUris];
  for (let start = 0; start < uris.length; start += BATCH) {
    const batch = uris.slice(start, start + BATCH);
    const nowMs = timestampToMs((await context.db.clock()) as Timestamp);
    const answers = await Promise.all(
      batch.map((uri) => fetchInvitees(context, { uri, nowMs, findings })),
    );
    const answered = batch.filter((_uri, index) => answers[index] !== undefined);
    const rows = await readInviteeRows(context.db, context.connection.workspace_id, answered);
    const told = answers.flatMap((answer) => answer ?? []);
    const { workspace_id: workspaceId } = context.connection;
    const { invitees } = await redact(context.db, workspaceId, { invitees: told });
    compareInvitees(findings, invitees, rows);
    const said = new Set(invitees.map(({ uri }) => uri));
    for (const uri of rows.keys()) if (!said.has(uri)) findings.extra(uri);
  }
}

/**
 * Every invitee of one meeting as Calendly tells them now; unreadable ones are counted. `undefined` for a
 * meeting that went away after it was listed: the second look settles it.
 */
async function fetchInvitees(
  context: ProofContext,
  ask: { uri: string; nowMs: number; findings: Findings },
): Promise<ObservedInvitee[] | undefined> {
  const invitees: ObservedInvitee[] = [];
  const path = `${pathOf('scheduled_events', ask.uri)}/invitees`;
  try {
    for await (const page of context.calendly.pages(path, { count: '100' })) {
      for (const item of page.items) {
        const parsed = toInvitee(item, { from: 'api', nowMs: ask.nowMs, meetingUri: ask.uri });
        if (parsed.ok) invitees.push(parsed.value);
        else ask.findings.unreadable += 1;
      }
    }
    return invitees;
  } catch (error) {
    if (!(error instanceof CalendlyError) || error.class !== 'gone') throw error;
    ask.findings.extra(ask.uri);
    return undefined;
  }
}

function compareInvitees(
  findings: Findings,
  invitees: readonly ObservedInvitee[],
  rows: ReadonlyMap<string, MirroredRow>,
): void {
  for (const invitee of invitees) {
    findings.checked.invitees += 1;
    const row = rows.get(invitee.uri);
    if (row === undefined) findings.missing(invitee.uri);
    else {
      const said = { columns: inviteeColumns(invitee), flags: invitee.flags };
      findings.different(invitee.uri, differingColumns(row, said));
    }
  }
}
