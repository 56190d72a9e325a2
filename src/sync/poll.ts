/** One run over one connection: its account, one listing of the range, then the reads that are owed. */
import { CalendlyError } from '../calendly/errors.ts';
import { AppError } from '../domain/errors.ts';
import type { Connection, ReadMode } from '../store/connections.ts';
import { saveReadMode } from '../store/connections.ts';
import { forgetSetAside } from '../store/set-aside.ts';
import { readAccount } from './account.ts';
import { ownerOf, type RunContext } from './lease.ts';
import { readListing, type ListingResult } from './listing.ts';
import { workOffReads } from './reads.ts';

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
  try {
    const connection = await readAccount(context);
    const reading: RunContext = { ...context, connection };
    await context.subscribe?.(reading);
    listed = await readInMode(reading);
    const reads = await workOffReads(reading);
    const malformed = listed.malformed + reads.malformed;
    if (reads.error === null && malformed === 0) {
      await forgetInvitees(reading, listed);
      return { state: 'done', completeAt: listed.startedAt, error: null };
    }
    return {
      state: 'partial',
      completeAt: listed.startedAt,
      error: reads.error ?? itemsSetAside(malformed),
    };
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
async function readInMode(context: RunContext): Promise<ListingResult> {
  const known = context.connection.read_mode ?? firstMode(context.connection);
  let mode = known;
  for (;;) {
    try {
      const listed = await readListing(context, filtersOf(context.connection, mode));
      if (mode !== known) await saveReadMode(context.db, context.connection, mode);
      return listed;
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

function itemsSetAside(count: number): AppError {
  return new AppError({
    kind: 'upstream',
    code: 'run.items_set_aside',
    message: `${count} item(s) of Calendly could not be read and were set aside`,
    action: 'Run "doctor" to see which fields are wrong; everything else is in step',
  });
}
