/** Options of a bench; what is wrong with them is said in words, with what to type instead. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

export class UsageError extends Error {}

type Described = NonNullable<ParseArgsConfig['options']>;

/** The values of these options in `argv`. Throws `UsageError` for what is none of them. */
export function parseOptions<Options extends Described>(argv: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'These options are unknown.');
  }
}

/** A whole number of an option; throws where `text` is none from 1 to `most`. */
export function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= 1 && value <= most) return value;
  throw new UsageError(`${option} is a whole number from 1 to ${most}.`);
}
