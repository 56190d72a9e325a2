/** Wrong use of a bench: its message says what to type instead. */

export class UsageError extends Error {}

/** A whole number of an option; throws where `text` is none from 1 to `most`. */
export function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= 1 && value <= most) return value;
  throw new UsageError(`${option} is a whole number from 1 to ${most}.`);
}
