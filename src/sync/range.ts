/** The range of start times that is mirrored, and the bounds that Calendly is asked for. */
import { type Timestamp, timestampFromMs, timestampToMs } from '../domain/timestamp.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export interface RangeSettings {
  pastDays: number;
  futureDays: number;
}

export interface Range {
  min: Timestamp;
  max: Timestamp;
}

/** The mirrored range around `nowMs`, each end at a full second. */
export function mirroredRange(nowMs: number, settings: RangeSettings): Range {
  const second = Math.floor(nowMs / 1000) * 1000;
  return {
    min: timestampFromMs(second - settings.pastDays * DAY_MS),
    max: timestampFromMs(second + settings.futureDays * DAY_MS),
  };
}

/** The bounds to ask for: a day wider, since it is not known whether they are inclusive. */
export function askedRange(nowMs: number, settings: RangeSettings): Range {
  return mirroredRange(nowMs, {
    pastDays: settings.pastDays + 1,
    futureDays: settings.futureDays + 1,
  });
}

/** What a listing of `range` is evidence for: meetings that its bounds enclose by more than an hour. */
export function enclosed(range: Range): Range {
  return {
    min: timestampFromMs(timestampToMs(range.min) + HOUR_MS),
    max: timestampFromMs(timestampToMs(range.max) - HOUR_MS),
  };
}

/** Where a listing goes on after its last row: one second earlier, since bounds may be exclusive. */
export function resumeFrom(lastStartTime: Timestamp): Timestamp {
  return timestampFromMs(timestampToMs(lastStartTime) - 1000);
}
