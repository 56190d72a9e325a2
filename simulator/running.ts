/** Everything that answering a request needs, in one place. */
import type { Grants } from './oauth/grants.ts';
import type { Faults } from './faults.ts';
import type { Moves } from './moves/moves.ts';
import type { RateLimit } from './rate-limit.ts';
import type { RequestLog } from './request-log.ts';
import type { World } from './state.ts';
import type { Deliveries } from './webhooks/deliveries.ts';

export type OnRequest = (request: { method: string; path: string; query: string }) => void;

export interface Running {
  world: World;
  moves: Moves;
  faults: Faults;
  deliveries: Deliveries;
  log: RequestLog;
  grants: Grants;
  rateLimit: RateLimit;
  latencyMs: number;
  onRequest: OnRequest | undefined;
  /** Aborted by `close`. */
  closing: AbortSignal;
  url(): string;
}
