/** A Calendly client for sync tests: nothing in it waits, and its gate is wide open. */
import { systemRandom } from '../../src/base/random.ts';
import { type ClientLimits, createCalendlyClient } from '../../src/calendly/client.ts';
import type { ConnectionClient } from '../../src/calendly/connection-client.ts';
import { createGate } from '../../src/calendly/gate.ts';
import { createDeadlineClock, createLeapingClock } from './leaping-clock.ts';
import type { DeadlineClock } from './leaping-clock.ts';

export interface SyncClientOptions {
  baseUrl: string;
  token: string;
  signal: AbortSignal;
  limits?: Partial<ClientLimits> | undefined;
  /** Left out: deadlines never come. */
  clock?: DeadlineClock | undefined;
}

export function createSyncClient(options: SyncClientOptions): ConnectionClient {
  const { baseUrl, token, signal, limits, clock = createDeadlineClock() } = options;
  const gate = createGate({ clock: createLeapingClock(), random: systemRandom, share: 0.5 });
  gate.heard(200, {
    'x-ratelimit-limit': '90000',
    'x-ratelimit-remaining': '90000',
    'x-ratelimit-reset': '60',
  });
  const calendly = createCalendlyClient({
    baseUrl,
    token: () => token,
    clock,
    random: systemRandom,
    gate,
    signal,
    userAgent: 'calendly-sync/test',
    limits,
  });
  return { calendly, budget: () => gate.state(), close: () => calendly.close() };
}
