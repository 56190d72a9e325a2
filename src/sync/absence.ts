/** A meeting that no listing shows any more: asked for directly, twice, and hidden only when it is really gone. */
import type { CalendlyError } from '../calendly/errors.ts';
import { NO_CHANGES } from '../domain/observation.ts';
import {
  countAbsent,
  countStanding,
  listAgreedGone,
  queueAbsenceReads,
  recordGone,
  recordShown,
  saveHeldBack,
} from '../store/absence.ts';
import type { QueuedRead } from '../store/reads.ts';
import { account, ownerOf, type RunContext } from './lease.ts';
import { vanish } from './vanish.ts';
import { write } from './write.ts';

export interface Absence {
  /** Missing meetings that are too many at once to be believed; 0: none. */
  heldBack: number;
}

/** So many, or this share of what stands, may vanish at once without a person. */
const FEW = 10;
const SMALL_SHARE = 0.05;
/** Meetings that one run asks for directly. */
const MOST_READS = 100;

/**
 * After the listings: owes a direct read of each meeting that they should have shown and did not. Where too
 * many are missing at once nothing vanishes: those that were only given to another host are shown when asked
 * for, and of the others `verify --repair` is how a person accepts that they are gone.
 */
export async function followAbsence(context: RunContext): Promise<Absence> {
  const owner = ownerOf(context);
  const absent = await countAbsent(context.db, owner);
  if (absent === 0) {
    await saveHeldBack(context.db, owner, 0);
    return { heldBack: 0 };
  }
  const heldBack = absent > mostAtOnce(await countStanding(context.db, owner)) ? absent : 0;
  await context.db.tx(async (tx) => {
    const at = await tx.clock();
    await saveHeldBack(tx, owner, heldBack);
    await queueAbsenceReads(tx, owner, { at, limit: MOST_READS });
    await account(tx, context, { at, counts: NO_CHANGES });
  });
  return { heldBack };
}

export function mostAtOnce(standing: number): number {
  return Math.max(FEW, Math.floor(standing * SMALL_SHARE));
}

/**
 * Whether a failed read was the question after a missing meeting, and this its answer: 404 is evidence; a
 * refusal (403) is none, and the row stands. Anything else is a failure like any other.
 */
export async function answersAbsence(
  context: RunContext,
  read: QueuedRead,
  failure: { error: CalendlyError; readStartedAt: string },
): Promise<boolean> {
  if (read.reason !== 'absent') return false;
  const { error, readStartedAt } = failure;
  const owner = ownerOf(context);
  if (error.class === 'gone') {
    await context.db.tx((tx) => recordGone(tx, owner, { uri: read.uri, readStartedAt }));
    return true;
  }
  if (error.class !== 'role') return false;
  await context.db.tx((tx) => recordShown(tx, owner, { uris: [read.uri], at: readStartedAt }));
  return true;
}

/** At the end of a run: hides what everybody who ever saw it has found gone. Nothing of the rows is lost. */
export async function vanishAgreed(context: RunContext, absence: Absence): Promise<void> {
  if (absence.heldBack > 0) return;
  const owner = ownerOf(context);
  const { workspaceId } = owner;
  const uris = await listAgreedGone(context.db, owner);
  if (uris.length === 0) return;
  await write(context.db, workspaceId, async (tx, feed) => {
    const vanished = await vanish(tx, feed, { workspaceId, uris });
    await account(tx, context, { at: await tx.clock(), counts: { ...NO_CHANGES, vanished } });
  });
}
