/** One listing of a slice of the range, page by page: rows, owed reads and cursor in one transaction each. */
import { CalendlyError } from '../calendly/errors.ts';
import { type ObservedMeeting } from '../domain/meeting.ts';
import { NO_CHANGES } from '../domain/observation.ts';
import { type Timestamp, timestampFromMs, timestampToMs } from '../domain/timestamp.ts';
import { toMeeting } from '../calendly/to-meeting.ts';
import { saveTier } from '../store/listing-tiers.ts';
import { endListing, saveListing, type Listing } from '../store/listings.ts';
import { forgetSetAside, type SetAsideItem } from '../store/set-aside.ts';
import { recordAbsence } from '../store/sightings.ts';
import { refreshStatistics } from '../store/statistics.ts';
import { ahead } from './ahead.ts';
import { apply } from './apply.ts';
import { countChanges, rememberCanceled } from './counts.ts';
import { account, observe, ownerOf, type RunContext } from './lease.ts';
import { enclosed, resumeFrom } from './range.ts';
import { startOrResume } from './resume.ts';
import type { Slice } from './tiers.ts';
import { write } from './write.ts';

export interface ListingResult {
  /** When the listing began, all its pieces included: its rows are at least this fresh. */
  startedAt: string;
  /** Items that could not be read. */
  malformed: number;
}

/** Calendly gives no more rows on one page. */
const LARGEST_PAGE = 100;
/** Refused page tokens in a row, without any progress in between, before the listing is given up. */
const REFUSALS = 3;
/** A day and a slot: by then every tier has shown what it still has. */
const ALL_TIERS_MS = 26 * 3_600_000;

/**
 * Reads `slice` of `context.connection`, asked for by `filters`. Goes on where an interrupted listing
 * stopped. Only a listing read in one piece to `next_page_token: null` is evidence of absence,
 * and absence is only recorded here, never acted on (`absence`).
 * Throws `CalendlyError`; what was committed before stays and the next run goes on behind it.
 */
export async function readListing(
  context: RunContext,
  filters: Readonly<Record<string, string>>,
  slice: Slice,
): Promise<ListingResult> {
  let listing = await startOrResume(context, slice);
  const seen = new Set<string>();
  let malformed = 0;
  let refusals = 0;
  for (;;) {
    try {
      for await (const page of ahead(readPages(context, filters, listing))) {
        for (const item of [
          ...page.meetings.map(({ uri }) => uri),
          ...page.malformed.map(({ key }) => key),
        ]) {
          seen.add(item);
        }
        malformed += page.malformed.length;
        const reached = listing.last_start_time;
        listing = await commitPage(context, listing, page);
        if (listing.pages === 1) await refreshStatistics(context.db);
        // a page that is all of one second would be read again and again
        if (listing.last_start_time !== reached) refusals = 0;
      }
      await finish(context, { listing, seen, slice, host: filters['user'] ?? null });
      return { startedAt: listing.started_at, malformed };
    } catch (error) {
      if (!(error instanceof CalendlyError) || error.code !== 'calendly.page_token_refused')
        throw error;
      refusals += 1;
      if (refusals >= REFUSALS) throw error;
      listing = { ...listing, pieced: true };
    }
  }
}

interface ListedPage {
  meetings: ObservedMeeting[];
  malformed: SetAsideItem[];
  readStartedAt: string;
}

async function* readPages(
  context: RunContext,
  filters: Readonly<Record<string, string>>,
  listing: Listing,
): AsyncGenerator<ListedPage> {
  const from =
    listing.last_start_time === null
      ? listing.min_start_time
      : resumeFrom(listing.last_start_time as Timestamp);
  const pages = context.calendly.pages('/scheduled_events', {
    ...filters,
    sort: 'start_time:asc',
    min_start_time: from < listing.min_start_time ? listing.min_start_time : from,
    max_start_time: listing.max_start_time,
    count: String(context.pageSize ?? LARGEST_PAGE),
  });
  // the clock is read before the request of the page it belongs to
  let readStartedAt = await context.db.clock();
  for await (const page of pages) {
    const parsed = page.items.map((item) =>
      toMeeting(item, { from: 'api', nowMs: timestampToMs(readStartedAt as Timestamp) }),
    );
    yield {
      meetings: parsed.flatMap((item) => (item.ok ? [item.value] : [])),
      malformed: parsed.flatMap((item) => (item.ok ? [] : [{ ...item, kind: 'meeting' as const }])),
      readStartedAt,
    };
    readStartedAt = await context.db.clock();
  }
}

async function commitPage(
  context: RunContext,
  listing: Listing,
  page: ListedPage,
): Promise<Listing> {
  const last = page.meetings.at(-1)?.startTime ?? listing.last_start_time;
  const next: Listing = { ...listing, last_start_time: last, pages: listing.pages + 1 };
  await write(context.db, context.connection.workspace_id, async (tx, feed) => {
    const observation = observe(context, { source: 'list', readStartedAt: page.readStartedAt });
    const applied = await apply(
      tx,
      { observation, newId: context.newId, feed },
      {
        meetings: page.meetings,
        malformed: page.malformed,
        everyInvitee: context.run?.full ?? false,
      },
    );
    await saveListing(tx, ownerOf(context), next);
    await account(tx, context, {
      at: await tx.clock(),
      counts: countChanges(applied.meetings.values()),
    });
    tx.onCommit(() => rememberCanceled(context.counted, applied.meetings));
  });
  return next;
}

async function finish(
  context: RunContext,
  end: {
    listing: Listing;
    seen: ReadonlySet<string>;
    slice: Slice;
    /** Whose meetings were asked for; null: everybody's. */
    host: string | null;
  },
): Promise<void> {
  const { listing, seen, slice, host } = end;
  const { min, max } = enclosed({
    min: listing.min_start_time as Timestamp,
    max: listing.max_start_time as Timestamp,
  });
  await context.db.tx(async (tx) => {
    const owner = { ...ownerOf(context), at: await tx.clock() };
    if (!listing.pieced) {
      await recordAbsence(tx, owner, { after: min, before: max, host, uris: [...seen] });
      // an item without a URI has no other way to be forgotten
      await forgetSetAside(tx, owner, { kind: 'meeting', before: unmetSince(listing) });
    }
    for (const row of slice.ended(listing.started_at)) await saveTier(tx, owner, row);
    await endListing(tx, owner, slice.tier);
    // an owner that has lost the run must not end the listing of the one that goes on with it
    await account(tx, context, { at: owner.at, counts: NO_CHANGES });
  });
}

/** What was last met before is nowhere any more: this listing covers it, or each tier has been read since. */
function unmetSince(listing: Listing): string {
  const startedAt = listing.started_at as Timestamp;
  if (listing.tier === 'whole') return startedAt;
  return timestampFromMs(timestampToMs(startedAt) - ALL_TIERS_MS);
}
