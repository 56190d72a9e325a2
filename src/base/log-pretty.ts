/** Turns a JSON log line into one for people, and keeps control characters out of both. */

const MARK: Readonly<Record<string, string>> = {
  warn: 'WARNING ',
  error: 'ERROR ',
  fatal: 'FATAL ',
};

/**
 * Control characters (C1 too), line separators and marks that reverse the reading direction as
 * `\uXXXX`: what they do to a terminal or to a line count must not be up to who chose a name.
 */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `HH:MM:SS sentence  key=value …` in local time; warnings and worse carry their word in front. */
export function renderPretty(json: string): string {
  const parsed: unknown = JSON.parse(json);
  if (parsed === null || typeof parsed !== 'object') return escapeControls(json);
  const { level, time, msg, logger: _logger, ...fields } = parsed as Record<string, unknown>;
  const mark = MARK[String(level)] ?? '';
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${renderValue(value)}`);
  const tail = pairs.length === 0 ? '' : `  ${pairs.join(' ')}`;
  return escapeControls(`${localTime(String(time))} ${mark}${String(msg)}${tail}`);
}

function renderValue(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return value;
  return JSON.stringify(value);
}

function localTime(rfc3339: string): string {
  const time = new Date(rfc3339);
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
