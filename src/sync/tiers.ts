/** Which parts of the range a run lists: near meetings every time, older ones the more seldom the older they are. */
import { type Timestamp, timestampFromMs, timestampToMs } from '../domain/timestamp.ts';
import type { Sql } from '../store/db.ts';
import {
  countSeen,
  readTiers,
  startTimeAfter,
  type TierName,
  type TierRow,
} from '../store/listing-tiers.ts';
import { ownerOf, type RunContext } from './lease.ts';
import { askedRange, type Range } from './range.ts';

/** One listing: what to ask for, and where the tiers stand once it was read to its end. */
export interface Slice {
  tier: TierName;
  /** The bounds to ask for; it is evidence for what they enclose by more than an hour. */
  asked: Range;
  ended(startedAt: string): TierRow[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOT_MS = 2 * DAY_MS;
const WARM_MS = 90 * DAY_MS;
/** A run that begins some seconds early must not skip a tier. */
const SLACK_MS = 60_000;
/** A little less than a page, so that the overlap does not cost a page of its own. */
const SLICE_MEETINGS = 90;
const MOST_SLICES = 24;
/** Neighbouring slices overlap, so that each meeting is enclosed by one of them. */
const OVERLAP_MS = 2 * HOUR_MS;

/**
 * The listings that a run at `now` owes: the whole range for a new connection, a full run and a wider
 * setting; else the hot tier (from 2 days ago on), with it the warm one (90 days) once an hour, and of what
 * is older a slice now and then, so that all of it is read once a day and no run is a spike.
 */
export async function dueSlices(context: RunContext, now: Timestamp): Promise<Slice[]> {
  const tiers = await readTiers(context.db, ownerOf(context));
  const nowMs = timestampToMs(now);
  const range = askedRange(nowMs, context.range);
  const { pastDays, futureDays } = context.range;
  const whole = tiers.get('whole');
  const isRead =
    whole !== undefined &&
    (whole.past_days ?? 0) >= pastDays &&
    (whole.future_days ?? 0) >= futureDays;
  if (context.run?.full === true || !isRead) return [wholeSlice(context, range)];

  const hotFrom = laterOf(range.min, timestampFromMs(nowMs - HOT_MS - DAY_MS));
  const slices: Slice[] = [
    // read in every run, there is nothing to remember of it
    { tier: 'hot', asked: { min: hotFrom, max: range.max }, ended: () => [] },
  ];
  const warmFrom = laterOf(range.min, timestampFromMs(nowMs - WARM_MS - DAY_MS));
  if (warmFrom < hotFrom && isDue(tiers.get('warm')?.complete_at, { nowMs, everyMs: HOUR_MS })) {
    const max = timestampFromMs(nowMs - HOT_MS);
    slices.push({
      tier: 'warm',
      asked: { min: warmFrom, max },
      ended: (at) => [tierRow('warm', at)],
    });
  }
  const coldTo = timestampFromMs(nowMs - WARM_MS);
  if (range.min < coldTo) {
    const cold = { min: range.min, max: coldTo };
    const slice = await coldSlice(context, { cold, row: tiers.get('cold'), nowMs });
    if (slice !== null) slices.push(slice);
  }
  return slices;
}

function wholeSlice(context: RunContext, asked: Range): Slice {
  const { pastDays, futureDays } = context.range;
  return {
    tier: 'whole',
    asked,
    ended: (at) => [
      { ...tierRow('whole', at), past_days: pastDays, future_days: futureDays },
      tierRow('warm', at),
      { ...tierRow('cold', at), slice_at: at },
    ],
  };
}

/** The next slice of what is older than the warm tier, when its time of the day has come. */
async function coldSlice(
  context: RunContext,
  { cold, row, nowMs }: { cold: Range; row: TierRow | undefined; nowMs: number },
): Promise<Slice | null> {
  const owner = ownerOf(context);
  const slices = await sliceCount(context.db, owner, cold);
  if (!isDue(row?.slice_at, { nowMs, everyMs: DAY_MS / slices.count })) return null;
  const reached = row?.reached ?? null;
  const from = reached === null ? cold.min : laterOf(cold.min, reached as Timestamp);
  const next = await startTimeAfter(context.db, owner, {
    min: from,
    max: cold.max,
    count: slices.size,
  });
  const end = next === null ? null : laterOf(next as Timestamp, shifted(from, 1000));
  const isLast = end === null || end >= cold.max;
  return {
    tier: 'cold',
    asked: {
      min: from === cold.min ? from : shifted(from, -OVERLAP_MS),
      max: shifted(isLast ? cold.max : end, OVERLAP_MS),
    },
    ended: (at) => [
      {
        ...tierRow('cold', at),
        complete_at: isLast ? at : null,
        slice_at: at,
        reached: isLast ? null : end,
      },
    ],
  };
}

async function sliceCount(
  sql: Sql,
  owner: { workspaceId: string; connectionId: string },
  cold: Range,
): Promise<{ count: number; size: number }> {
  const seen = await countSeen(sql, owner, cold);
  const count = Math.min(MOST_SLICES, Math.max(1, Math.ceil(seen / SLICE_MEETINGS)));
  return { count, size: Math.max(1, Math.ceil(seen / count)) };
}

function tierRow(tier: TierName, completeAt: string): TierRow {
  return {
    tier,
    complete_at: completeAt,
    slice_at: null,
    reached: null,
    past_days: null,
    future_days: null,
  };
}

/** A time that is still to come was written by a clock that has been set back since. */
function isDue(
  last: string | null | undefined,
  { nowMs, everyMs }: { nowMs: number; everyMs: number },
): boolean {
  if (last === null || last === undefined) return true;
  const ageMs = nowMs - timestampToMs(last as Timestamp);
  return ageMs >= everyMs - SLACK_MS || ageMs < -SLACK_MS;
}

function laterOf(a: Timestamp, b: Timestamp): Timestamp {
  return a > b ? a : b;
}

function shifted(time: Timestamp, ms: number): Timestamp {
  return timestampFromMs(timestampToMs(time) + ms);
}
