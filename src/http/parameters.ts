/** Query strings: how they are read, and the parameters that several routes share. */
import { z } from 'zod';
import { isId } from '../domain/id.ts';
import { parseTimestamp } from '../domain/timestamp.ts';

const LONGEST_SEARCH = 200;
const LARGEST_PAGE = 200;

/**
 * Flat reading of a query string: no nesting (`a[b]` is just an odd name), a name given twice becomes
 * an array that every schema here refuses.
 */
export function parseQuery(text: string): Record<string, string | string[]> {
  const found = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const before = found.get(name);
    found.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(found);
}

/** One text, given once, that PostgreSQL can hold. */
export function text(longest: number): z.ZodString {
  return z
    .string({
      error: (issue) => (Array.isArray(issue.input) ? 'is given more than once' : 'must be text'),
    })
    .max(longest, `has more than ${longest} characters`)
    .refine(
      (value) => !value.includes('\u0000') && value.isWellFormed(),
      'holds a character that is no text',
    );
}

/** An instant with a zone, as `Timestamp` text. */
export function instant(): z.ZodType<string | undefined, string | undefined> {
  return text(40)
    .transform((value, context) => {
      const read = parseTimestamp(value);
      if (read === undefined) {
        context.addIssue('must be a time with a zone, for example 2026-01-31T09:00:00Z');
        return z.NEVER;
      }
      return read;
    })
    .optional();
}

export const limit = text(20)
  .regex(/^[1-9]\d{0,2}$/, `must be a whole number from 1 to ${LARGEST_PAGE}`)
  .transform(Number)
  .refine((value) => value <= LARGEST_PAGE, `must be a whole number from 1 to ${LARGEST_PAGE}`)
  .default(50)
  .describe('Rows on a page, 1 to 200.');

export const cursor = text(600)
  .optional()
  .describe('`next_cursor` of the page before; good for the same filters only.');

export const search = text(LONGEST_SEARCH)
  .optional()
  .describe('Literal text to look for; case does not matter.');

/** An id of ours as a filter: a malformed one is a wrong parameter, an unknown one finds nothing. */
export const idFilter = text(40).refine(isId, 'must be an id').optional();

/** For routes that take no parameters at all. */
export const noQuery = z.strictObject({});

/** Path ids are not checked by the schema: a malformed one has to be the same 404 as an unknown one. */
export const idParams = z.object({ id: z.string() });
