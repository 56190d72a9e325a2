/** Strict RFC 3339 instants kept as text to the microsecond: no JavaScript Date in between. */

/** An instant in the one spelling used inside: `2025-05-14T15:30:00.000000Z` (UTC, six fractional digits). */
export type Timestamp = string & { readonly __brand: 'Timestamp' };

const PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;

const FIRST_YEAR = 1970;
const LAST_YEAR = 2100;
/** The widest offset that PostgreSQL takes (`+15:59`). */
const WIDEST_OFFSET_MINUTES = 15 * 60 + 59;

/**
 * Reads an RFC 3339 instant with a zone. Digits beyond the microsecond are cut.
 * Answers `undefined` for everything else: other words (`now`, `infinity`), days that do not exist
 * (`2024-02-30`), leap seconds, missing zones, offsets beyond ±15:59, years outside 1970–2100.
 */
export function parseTimestamp(text: unknown): Timestamp | undefined {
  if (typeof text !== 'string') return undefined;
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', , sign] = match;
  const [y, mo, d] = [Number(year), Number(month), Number(day)];
  const [h, mi, s] = [Number(hour), Number(minute), Number(second)];
  if (h > 23 || mi > 59 || s > 59 || d < 1 || d > daysIn(y, mo)) return undefined;
  const micros = fraction.padEnd(6, '0').slice(0, 6);
  if (sign === undefined) {
    if (y < FIRST_YEAR || y > LAST_YEAR) return undefined;
    return `${text.slice(0, 10)}T${text.slice(11, 19)}.${micros}Z` as Timestamp;
  }
  const [offHour, offMinute] = [Number(match[10]), Number(match[11])];
  const offset = offHour * 60 + offMinute;
  if (offMinute > 59 || offset > WIDEST_OFFSET_MINUTES) return undefined;
  const utc = Date.UTC(y, mo - 1, d, h, mi, s);
  const whole = new Date(utc - (sign === '-' ? -offset : offset) * 60_000);
  const wholeYear = whole.getUTCFullYear();
  if (wholeYear < FIRST_YEAR || wholeYear > LAST_YEAR) return undefined;
  return `${whole.toISOString().slice(0, 19)}.${micros}Z` as Timestamp;
}

/** Days of a month from 1 to 12; 0 for months that there are not. */
function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  if (month < 1 || month > 12) return 0;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Milliseconds since 1970 as a `Timestamp`. */
export function timestampFromMs(ms: number): Timestamp {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z` as Timestamp;
}

/** A `Timestamp` as milliseconds since 1970; microseconds are cut. */
export function timestampToMs(timestamp: Timestamp): number {
  return Date.parse(`${timestamp.slice(0, 23)}Z`);
}
