/** Comma-separated values (RFC 4180) that a spreadsheet shows and never runs. */

/** A byte order mark: without it spreadsheets take UTF-8 for something else. */
export const CSV_START = '\uFEFF';
export const CSV_TYPE = 'text/csv; charset=utf-8';

/**
 * What spreadsheets take for the beginning of a formula, in any width; a tab or line break may stand before it
 * (OWASP, "CSV Injection").
 */
const FORMULA = /^[^\p{L}\p{N}\p{P}\p{S}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u;

/** One line with its end. Text that could be a formula gets an apostrophe before it; numbers stay numbers. */
export function csvLine(values: readonly (string | number | boolean | null)[]): string {
  return `${values.map(toField).join(',')}\r\n`;
}

function toField(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
