/** Switches for what Calendly's documentation leaves open: tests run under either reading. */
import { z } from 'zod';

export const READINGS = z.object({
  /** Whether `updated_at` moves on each of these changes (event and, where it is about one, invitee). */
  updatedAtMovesOnNoShow: z.boolean(),
  updatedAtMovesOnGroupJoin: z.boolean(),
  updatedAtMovesOnGuests: z.boolean(),
  updatedAtMovesOnNotes: z.boolean(),
  updatedAtMovesOnReassign: z.boolean(),
  updatedAtMovesOnErase: z.boolean(),
  updatedAtMovesOnPayment: z.boolean(),
  /** Whether an event that starts exactly at min_start_time or max_start_time is listed. */
  boundsInclusive: z.boolean(),
  /** How long a page token lives, in milliseconds. */
  pageTokenLifeMs: z.int().min(0),
  /** Whether a page token demands the filters in the very spelling of `next_page` (six fractional digits). */
  tokenBoundToSpelling: z.boolean(),
  /** Whether a page begins behind the last row seen, or after so many rows: they differ when rows move. */
  pagesBy: z.enum(['key', 'offset']),
  /** How long after a booking the calendar push moves `updated_at` and the conference gets its link. */
  calendarPushMs: z.int().min(0),
  /** Among which subscriptions a callback URL may occur only once: the organization's, or the creator's own. */
  webhookUrlUnique: z.enum(['organization', 'account']),
  /** Which plans may subscribe: all since 2026-11-03, paid ones before. */
  webhookPlan: z.enum(['all', 'paid']),
  /** Whether a retry is signed with the time of the retry, or again with that of the first try. */
  webhookRetryResigned: z.boolean(),
  /** Whether the user subscriptions of all hosts hear of a booking, or the first host's alone. */
  webhookReachesCoHosts: z.boolean(),
});

export type Readings = z.infer<typeof READINGS>;

/** The harder reading of each open point; `calendarPushMs` as in recordings (1.3–1.9 s). */
export const DEFAULT_READINGS: Readings = {
  updatedAtMovesOnNoShow: false,
  updatedAtMovesOnGroupJoin: false,
  updatedAtMovesOnGuests: false,
  updatedAtMovesOnNotes: false,
  updatedAtMovesOnReassign: false,
  updatedAtMovesOnErase: false,
  updatedAtMovesOnPayment: false,
  boundsInclusive: true,
  pageTokenLifeMs: 300_000,
  tokenBoundToSpelling: true,
  pagesBy: 'key',
  calendarPushMs: 1_300,
  webhookUrlUnique: 'organization',
  webhookPlan: 'all',
  webhookRetryResigned: false,
  webhookReachesCoHosts: false,
};
