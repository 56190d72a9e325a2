/** One client against one hostile upstream, on a clock that never waits. */
import { createCalendlyClient } from '../../src/calendly/client.ts';
import type { CalendlyClient, ClientLimits } from '../../src/calendly/client.ts';
import { CalendlyError } from '../../src/calendly/errors.ts';
import { createGate } from '../../src/calendly/gate.ts';
import type { Page } from '../../src/calendly/pages.ts';
import type { Transport } from '../../src/calendly/transport.ts';
import { createTestClock } from './clock.ts';
import type { TestClock } from './clock.ts';
import { steadyRandom } from './random.ts';

export const TOKEN = 'secret-token-of-the-test';

export interface ClientWorld {
  client: CalendlyClient;
  clock: TestClock;
}

export interface ClientWorldOptions {
  baseUrl: string;
  clock?: TestClock;
  transport?: Transport;
  signal?: AbortSignal;
  limits?: Partial<ClientLimits>;
}

/** A client whose gate is wide open, so that only the client's own behaviour is seen. */
export function clientWorld(options: ClientWorldOptions): ClientWorld {
  const clock = options.clock ?? createTestClock();
  const random = steadyRandom();
  const gate = createGate({ clock, random, share: 1 });
  gate.heard(200, { 'x-ratelimit-limit': '100000' });
  const client = createCalendlyClient({
    baseUrl: options.baseUrl,
    token: () => TOKEN,
    clock,
    random,
    gate,
    userAgent: 'calendly-sync/0.0.0 (+test)',
    transport: options.transport,
    signal: options.signal,
    limits: options.limits,
  });
  return { client, clock };
}

/** The number of items of a whole list, or the code of the error that ended it. */
export async function outcomeOf(work: () => Promise<number>): Promise<string | number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CalendlyError) return error.code;
    throw error;
  }
}

/** Every page of a list. */
export async function allPages(list: AsyncIterable<Page>): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of list) pages.push(page);
  return pages;
}

/** How many items the list of meetings has. */
export async function countItems(client: CalendlyClient): Promise<number> {
  const pages = await allPages(client.pages('/scheduled_events', { sort: 'start_time:asc' }));
  return pages.reduce((sum, page) => sum + page.items.length, 0);
}
