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
  const [, year, month, day, hour, minute, second, fraction = '', , sign, offHour, offMinute] =
    match.map((part) => part ?? undefined);
  const parts = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts;
  if (h > 23 || mi > 59 || s > 59) return undefined;
  const utc = Date.UTC(y, mo - 1, d, h, mi, s);
  const check = new Date(utc);
  if (check.getUTCFullYear() !== y || check.getUTCMonth() !== mo - 1 || check.getUTCDate() !== d) {
    return undefined;
  }
  const offset = Number(offHour ?? 0) * 60 + Number(offMinute ?? 0);
  if (Number(offMinute ?? 0) > 59 || offset > WIDEST_OFFSET_MINUTES) return undefined;
  const instant = utc - (sign === '-' ? -offset : offset) * 60_000;
  const whole = new Date(instant);
  const wholeYear = whole.getUTCFullYear();
  if (wholeYear < FIRST_YEAR || wholeYear > LAST_YEAR) return undefined;
  const micros = fraction.padEnd(6, '0').slice(0, 6);
  return `${whole.toISOString().slice(0, 19)}.${micros}Z` as Timestamp;
}

/** Milliseconds since 1970 as a `Timestamp`. */
export function timestampFromMs(ms: number): Timestamp {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z` as Timestamp;
}

/** A `Timestamp` as milliseconds since 1970; microseconds are cut. */
export function timestampToMs(timestamp: Timestamp): number {
  return Date.parse(`${timestamp.slice(0, 23)}Z`);
}
