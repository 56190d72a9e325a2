/** Mending what a proof found: each thing read directly and put through the one write path. */
import { CalendlyError } from '../calendly/errors.ts';
import { isUri } from '../calendly/uri.ts';
import { forgetHashes } from '../store/repairs.ts';
import { type Answer, commitReads, fetchRead } from './answers.ts';
import type { Drift } from './findings.ts';
import type { RunContext } from './lease.ts';
import type { ProofContext } from './proof-context.ts';
import { vanish } from './vanish.ts';
import { write } from './write.ts';

/**
 * Mends drift that a complete proof has found. What Calendly has is written anew, every column; what it
 * answers 404 for, after a complete listing without it and two direct reads, is hidden as vanished. What
 * users wrote is not touched. Throws `CalendlyError` where Calendly cannot be read.
 */
export async function repair(
  context: ProofContext,
  drift: Drift,
  newId: () => string,
): Promise<void> {
  const { db, calendly, connection, range, signal } = context;
  const reading: RunContext = {
    db,
    calendly,
    connection,
    range,
    newId,
    run: null,
    signal,
    counted: { requests: 0 },
  };
  const uris = [...drift.missing, ...drift.different.map(({ uri }) => uri), ...drift.extra];
  // meetings before their invitees
  for (const uri of uris.toSorted((a, b) => a.length - b.length)) await mend(reading, uri);
}

async function mend(context: RunContext, uri: string): Promise<void> {
  const { db, connection } = context;
  const workspaceId = connection.workspace_id;
  const readStartedAt = await db.clock();
  const answer = await readOrGone(context, uri, readStartedAt);
  if (answer === 'gone') {
    await write(db, workspaceId, (tx, feed) => vanish(tx, feed, { workspaceId, uris: [uri] }));
    return;
  }
  await db.tx((tx) => forgetHashes(tx, workspaceId, [uri]));
  await commitReads(context, [answer]);
}

async function readOrGone(
  context: RunContext,
  uri: string,
  readStartedAt: string,
): Promise<Answer | 'gone'> {
  const kind = isUri('invitees', uri) ? 'invitee' : 'meeting';
  if (kind === 'meeting' && !isUri('scheduled_events', uri)) return 'gone';
  try {
    const read = { kind, uri, reason: 'repair', attempts: 0, fingerprint: null } as const;
    return await fetchRead(context, read, readStartedAt);
  } catch (error) {
    if (error instanceof CalendlyError && error.class === 'gone') return 'gone';
    throw error;
  }
}
