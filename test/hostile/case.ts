/** What a bad answer of Calendly's is as data: the replies, and the one thing that may come of them. */
import type { ClientLimits } from '../../src/calendly/client.ts';
import type { CalendlyErrorCode } from '../../src/calendly/errors.ts';
import { page } from './replies.ts';
import type { Reply } from './server.ts';

export interface UpstreamCase {
  /** Number of the row in the list of bad inputs. */
  row: number;
  about: string;
  /** `pages` (a whole list) unless said otherwise. */
  ask?: 'pages' | 'resource' | 'post' | 'delete';
  /** The n-th request gets the n-th; later ones the last. `elsewhere` is a server nobody may ask. */
  replies: readonly Reply[] | ((elsewhere: string) => readonly Reply[]);
  limits?: Partial<ClientLimits>;
  /** An error's code, or the number of items that arrived. */
  expect: CalendlyErrorCode | number;
  /** HTTP requests that it takes. */
  requests: number;
  /** Waits between the tries in milliseconds, where every jitter is one half. */
  waits?: readonly number[];
}

/** Waits of a GET that fails five times: full jitter of 1, 2, 4 and 8 s, each one half. */
export const BACKOFFS = [500, 1000, 2000, 4000];

export const lastPage: Reply = page(null, [{}]);

/** The same answer five times over: nothing but the error is left. */
export function persistent(
  row: number,
  about: string,
  { reply, expect }: { reply: Reply; expect: CalendlyErrorCode },
): UpstreamCase {
  return { row, about, replies: [reply], expect, requests: 5, waits: BACKOFFS };
}

/** An answer that another try would only repeat. */
export function final(
  row: number,
  about: string,
  { reply, expect }: { reply: Reply; expect: CalendlyErrorCode },
): UpstreamCase {
  return { row, about, replies: [reply], expect, requests: 1, waits: [] };
}

/** A bad answer that a second try makes good: one item, nothing lost. */
export function passing(row: number, about: string, reply: Reply): UpstreamCase {
  return { row, about, replies: [reply, lastPage], expect: 1, requests: 2 };
}
