/** Where a listing begins: at the start of its slice, or where an interrupted one stopped. */
import { type Timestamp, timestampToMs } from '../domain/timestamp.ts';
import { findListing, type Listing } from '../store/listings.ts';
import { ownerOf, type RunContext } from './lease.ts';
import type { Range } from './range.ts';
import type { Slice } from './tiers.ts';

/** An interrupted listing that is older begins anew; so does one whose slice has moved by more. */
const RESUMABLE_MS = 3_600_000;

/** The listing of `slice`; marked as pieced where it goes on with an interrupted one. */
export async function startOrResume(context: RunContext, slice: Slice): Promise<Listing> {
  const now = (await context.db.clock()) as Timestamp;
  const range = slice.asked;
  const known = await findListing(context.db, ownerOf(context), slice.tier);
  if (known !== undefined && known.last_start_time !== null && isResumable(known, { now, range })) {
    return { ...known, pieced: true };
  }
  return {
    tier: slice.tier,
    min_start_time: range.min,
    max_start_time: range.max,
    started_at: now,
    last_start_time: null,
    pages: 0,
    pieced: false,
  };
}

function isResumable(known: Listing, { now, range }: { now: Timestamp; range: Range }): boolean {
  const ageMs = timestampToMs(now) - timestampToMs(known.started_at as Timestamp);
  const moved = (is: string, was: string): boolean =>
    Math.abs(timestampToMs(is as Timestamp) - timestampToMs(was as Timestamp)) > RESUMABLE_MS;
  return (
    ageMs >= 0 &&
    ageMs < RESUMABLE_MS &&
    !moved(known.min_start_time, range.min) &&
    !moved(known.max_start_time, range.max)
  );
}
