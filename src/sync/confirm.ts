/** The reads that deliveries owe, a few seconds after them: what payloads lack, and proof of what they said. */
import { CalendlyError } from '../calendly/errors.ts';
import { type Timestamp, timestampFromMs, timestampToMs } from '../domain/timestamp.ts';
import { claimConfirmations } from '../store/confirmations.ts';
import { postponeRead, type QueuedRead } from '../store/reads.ts';
import { type Answer, commitReads, fetchRead } from './answers.ts';
import { ownerOf, type RunContext } from './lease.ts';

/** Reads asked for at once, and committed together. */
const BATCH = 16;
const MINUTE_MS = 60_000;

/**
 * Reads one batch of what is due for the connection, between runs (`context.run` is null). Answers how many
 * were claimed. What fails waits: a minute for temporary trouble, an hour for a refusal.
 */
export async function confirmDeliveries(context: RunContext): Promise<number> {
  const readStartedAt = await context.db.clock();
  const claim = { at: readStartedAt, limit: BATCH };
  const due = await claimConfirmations(context.db, ownerOf(context), claim);
  if (due.length === 0) return 0;
  const answers = await Promise.all(due.map((read) => ask(context, read, readStartedAt)));
  const good = answers.filter((answer) => answer !== null);
  if (good.length > 0) await commitReads(context, good);
  return due.length;
}

async function ask(
  context: RunContext,
  read: QueuedRead,
  readStartedAt: string,
): Promise<Answer | null> {
  try {
    return await fetchRead(context, read, readStartedAt);
  } catch (error) {
    if (!(error instanceof CalendlyError)) throw error;
    const minutes = error.class === 'temporary' ? 1 : 60;
    await postponeRead(context.db, ownerOf(context), {
      kind: read.kind,
      uri: read.uri,
      notBefore: timestampFromMs(timestampToMs(readStartedAt as Timestamp) + minutes * MINUTE_MS),
      code: error.code,
    });
    return null;
  }
}
