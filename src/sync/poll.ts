/** One run over one connection: its account, the listings that are due, then the reads that are owed. */
import { CalendlyError } from '../calendly/errors.ts';
import { AppError } from '../domain/errors.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Connection, ReadMode } from '../store/connections.ts';
import { saveReadMode } from '../store/connections.ts';
import { forgetSetAside } from '../store/set-aside.ts';
import { readAccount } from './account.ts';
import { ownerOf, type RunContext } from './lease.ts';
import { readListing, type ListingResult } from './listing.ts';
import { type Absence, followAbsence, vanishAgreed } from './absence.ts';
import { workOffReads } from './reads.ts';
import { queueRolling } from './rolling.ts';
import { dueSlices, type Slice } from './tiers.ts';

export interface PollResult {
  state: 'done' | 'partial' | 'failed';
  /** Start of the listing that was read to its end; null when none was. */
  completeAt: string | null;
  error: CalendlyError | AppError | null;
}

/**
 * Polls `context.connection` once. What Calendly refuses or garbles ends in the result; only faults of
 * our own (`run.lost`, a database that is gone) and an abort are thrown.
 */
export async function poll(context: RunContext): Promise<PollResult> {
  let listed: ListingResult | null = null;
  let malformed = 0;
  try {
    const connection = await readAccount(context);
    let reading: RunContext = { ...context, connection };
    await context.subscribe?.(reading);
    for (const slice of await dueSlices(reading, await clockOf(reading))) {
      const { mode, ...result } = await readInMode(reading, slice);
      reading = { ...reading, connection: { ...reading.connection, read_mode: mode } };
      malformed += result.malformed;
      // the first one is of the near meetings: what the rows' age is counted from
      listed ??= result;
    }
    if (listed === null) throw new Error('A run without a listing');
    const absence = await followAbsence(reading);
    await queueRolling(reading, await clockOf(reading));
    const reads = await workOffReads(reading);
    await vanishAgreed(reading, absence);
    malformed += reads.malformed;
    const error = reads.error ?? problemOf({ malformed, absence });
    if (error !== null) return { state: 'partial', completeAt: listed.startedAt, error };
    await forgetInvitees(reading, listed);
    return { state: 'done', completeAt: listed.startedAt, error: null };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof CalendlyError)) throw error;
    return {
      state: listed === null ? 'failed' : 'partial',
      completeAt: listed?.startedAt ?? null,
      error,
    };
  }
}

async function clockOf(context: RunContext): Promise<Timestamp> {
  return (await context.db.clock()) as Timestamp;
}

/**
 * A read whose answer held an unreadable invitee stays owed and is tried in every run: when all reads have
 * come back clean, what was set aside before is there no more.
 */
function forgetInvitees(context: RunContext, listed: ListingResult): Promise<void> {
  const gone = { kind: 'invitee' as const, before: listed.startedAt };
  return context.db.tx((tx) => forgetSetAside(tx, ownerOf(context), gone));
}

/**
 * Lists in the connection's mode; a role or membership that forbids it degrades to a narrower one, which
 * is kept once it has worked: a refusal of everything says nothing about the mode.
 */
async function readInMode(
  context: RunContext,
  slice: Slice,
): Promise<ListingResult & { mode: ReadMode }> {
  const known = context.connection.read_mode ?? firstMode(context.connection);
  let mode = known;
  for (;;) {
    try {
      const listed = await readListing(context, filtersOf(context.connection, mode), slice);
      if (mode !== known) await saveReadMode(context.db, context.connection, mode);
      return { ...listed, mode };
    } catch (error) {
      const narrower =
        error instanceof CalendlyError && error.class === 'role' ? NARROWER[mode] : null;
      if (narrower === null) throw error;
      mode = narrower;
    }
  }
}

const NARROWER: Readonly<Record<ReadMode, ReadMode | null>> = {
  organization: 'organization+user',
  'organization+user': 'user',
  user: null,
};

export function firstMode(connection: Connection): ReadMode {
  if (connection.organization_uri === null) return 'user';
  return connection.scope === 'organization' ? 'organization' : 'organization+user';
}

/**
 * The query of a mode. `user` alone also returns events of organisations that the user has left, so it
 * is the last resort (Calendly's API reference, GET /scheduled_events).
 */
export function filtersOf(connection: Connection, mode: ReadMode): Record<string, string> {
  const organization = connection.organization_uri ?? '';
  const user = connection.calendly_user_uri ?? '';
  if (mode === 'organization') return { organization };
  return mode === 'user' ? { user } : { organization, user };
}

/** What a run that reached everything has to tell all the same; null: nothing. */
function problemOf({
  malformed,
  absence,
}: {
  malformed: number;
  absence: Absence;
}): AppError | null {
  if (malformed > 0) {
    return new AppError({
      kind: 'upstream',
      code: 'run.items_set_aside',
      message: `${malformed} item(s) of Calendly could not be read and were set aside`,
      action: 'Run "doctor" to see which fields are wrong; everything else is in step',
    });
  }
  if (absence.heldBack === 0) return null;
  return new AppError({
    kind: 'upstream',
    code: 'run.mass_vanish',
    message: `${absence.heldBack} meetings are missing in Calendly at once; their rows are kept as they are`,
    action:
      'If they are really gone, run "verify --repair"; else ask Calendly why they are not shown',
  });
}
