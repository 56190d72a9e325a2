/** Instants in microseconds since 1970, and the one spelling in which Calendly writes them. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const PATTERN =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|z|[+-]\d{2}:?\d{2})$/;

/** Microseconds as `2026-01-31T09:00:00.000000Z`. */
export function spell(micros: number): string {
  const ms = Math.floor(micros / 1000);
  const rest = String(micros - ms * 1000).padStart(3, '0');
  return `${new Date(ms).toISOString().slice(0, 23)}${rest}Z`;
}

/** Milliseconds as `2026-01-31T09:00:00.000000Z`. */
export function spellMs(ms: number): string {
  return spell(ms * 1000);
}

/** The microseconds of an ISO 8601 instant with a zone, else `undefined`. */
export function readMicros(text: string): number | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, day = '', minute = '', second = '00', fraction = '', zone = 'Z'] = match;
  const offset = zone.toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const ms = Date.parse(`${day}T${minute}:${second}${offset}`);
  if (Number.isNaN(ms)) return undefined;
  return ms * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

/** The milliseconds of a text written by `spell`. */
export function readMs(text: string): number {
  return Math.floor((readMicros(text) ?? Number.NaN) / 1000);
}
