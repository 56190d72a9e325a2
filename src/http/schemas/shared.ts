/** Pieces that the answers' schemas share. */
import { z } from 'zod';

export const time = z.string().describe('RFC 3339 in UTC, to the microsecond.');
export const id = z.string().describe('UUID.');
/** Calendly's own JSON, passed on as it is. */
export const calendlyJson = z.record(z.string(), z.unknown());

export const failure = z.object({
  code: z.string(),
  message: z.string().nullable(),
  action: z.string().nullable(),
});

/** A page of a list. */
export function pageSchema<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ data: z.ZodArray<Item>; next_cursor: z.ZodNullable<z.ZodString> }> {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() });
}
