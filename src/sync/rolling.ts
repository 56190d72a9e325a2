/** The slow re-read of invitees: no-shows, payments and erasures move nothing that a listing shows. */
import { type Timestamp, timestampFromMs, timestampToMs } from '../domain/timestamp.ts';
import { queueRollingReads } from '../store/rolling.ts';
import { ownerOf, type RunContext } from './lease.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RECENT_MS = 7 * DAY_MS;
/** Upcoming meetings are read four times a day, those of the last week daily, the others (and canceled ones) monthly. */
const UPCOMING_EVERY_MS = 6 * HOUR_MS;
const RECENT_EVERY_MS = DAY_MS;
const OLD_EVERY_MS = 30 * DAY_MS;
/** After a pause the reads are spread as if the last run had been so long ago at most. */
const LONGEST_PAUSE_MS = HOUR_MS;

/**
 * Owes this run's part of the re-reads: of each class as many as the time since the last run makes up of its
 * period, so that they spread evenly over runs however often these come. Those unread the longest come first.
 */
export async function queueRolling(context: RunContext, now: Timestamp): Promise<void> {
  // a full run reads every invitee anyway
  if (context.run === null || context.run.full) return;
  const nowMs = timestampToMs(now);
  const last = context.connection.last_complete_at as Timestamp | null;
  if (last === null) return;
  const pauseMs = Math.min(Math.max(nowMs - timestampToMs(last), 0), LONGEST_PAUSE_MS);
  const ago = (ms: number): string => timestampFromMs(nowMs - ms);
  const classes = [
    { from: now, to: null, canceled: false, everyMs: UPCOMING_EVERY_MS },
    { from: ago(RECENT_MS), to: now, canceled: false, everyMs: RECENT_EVERY_MS },
    { from: null, to: ago(RECENT_MS), canceled: true, everyMs: OLD_EVERY_MS },
  ];
  await context.db.tx(async (tx) => {
    for (const { everyMs, ...rolling } of classes) {
      await queueRollingReads(
        tx,
        { ...ownerOf(context), at: now },
        { ...rolling, readBefore: ago(everyMs), share: pauseMs / everyMs },
      );
    }
  });
}
