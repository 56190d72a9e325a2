/** What is changed at Calendly from here: asked for once, and read back through the one write path. */
import { CalendlyError } from '../calendly/errors.ts';
import { pathOf } from '../calendly/uri.ts';
import type { ReadKind } from '../store/reads.ts';
import { queueMeetingReads } from '../store/reads.ts';
import { commitReads, fetchRead } from './answers.ts';
import { ownerOf, type RunContext } from './lease.ts';

/** Null: Calendly did it. Else its refusal; what is true by then has been read back all the same. */
export type Told = CalendlyError | null;

/** Cancels the meeting, with all its invitees (Calendly's `POST /scheduled_events/{uuid}/cancellation`). */
export async function cancelAtCalendly(
  context: RunContext,
  meeting: { uri: string; reason: string | null },
): Promise<Told> {
  const { uri, reason } = meeting;
  const path = `${pathOf('scheduled_events', uri)}/cancellation`;
  const told = await tell(() => context.calendly.post(path, reason === null ? {} : { reason }));
  await readBack(context, uri, ['meeting', 'invitees']);
  return told;
}

/** Marks the invitee as a no-show (`POST /invitee_no_shows`). */
export async function markNoShow(
  context: RunContext,
  invitee: { uri: string; meeting_uri: string },
): Promise<Told> {
  const told = await tell(() =>
    context.calendly.post('/invitee_no_shows', { invitee: invitee.uri }),
  );
  await readBack(context, invitee.meeting_uri, ['invitees']);
  return told;
}

/** Takes the mark away (`DELETE /invitee_no_shows/{uuid}`). */
export async function unmarkNoShow(
  context: RunContext,
  mark: { uri: string; meeting_uri: string },
): Promise<Told> {
  const told = await tell(() => context.calendly.delete(pathOf('invitee_no_shows', mark.uri)));
  await readBack(context, mark.meeting_uri, ['invitees']);
  return told;
}

async function tell(ask: () => Promise<unknown>): Promise<Told> {
  try {
    await ask();
    return null;
  } catch (error) {
    if (error instanceof CalendlyError) return error;
    throw error;
  }
}

/** Whatever was answered, or whether it was: what Calendly shows now is what the rows show. */
async function readBack(
  context: RunContext,
  uri: string,
  kinds: readonly ReadKind[],
): Promise<void> {
  const readStartedAt = await context.db.clock();
  const wanted = { uri, reason: 'changed here', attempts: 0, fingerprint: null };
  try {
    const answers = [];
    for (const kind of kinds) {
      answers.push(await fetchRead(context, { ...wanted, kind }, readStartedAt));
    }
    await commitReads(context, answers);
  } catch (error) {
    if (!(error instanceof CalendlyError)) throw error;
    // the next run reads it
    await context.db.tx(async (tx) =>
      queueMeetingReads(tx, ownerOf(context), {
        at: await tx.clock(),
        uris: [uri],
        reason: 'changed here',
      }),
    );
  }
}
