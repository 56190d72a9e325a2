/** The simulated Calendly on a port: `startSimulator` and what it hands back. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from './clock.ts';
import { createFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { createMoves } from './moves/moves.ts';
import type { Moves } from './moves/moves.ts';
import { createGrants } from './oauth/grants.ts';
import type { Grants } from './oauth/grants.ts';
import { createRateLimit } from './rate-limit.ts';
import { createRequestLog } from './request-log.ts';
import type { LoggedRequest } from './request-log.ts';
import type { OnRequest, Running } from './running.ts';
import { serve } from './serve.ts';
import { showTruth } from './show.ts';
import type { TrueEvent } from './show.ts';
import type { World } from './state.ts';
import { createDeliveries } from './webhooks/deliveries.ts';
import type { Deliveries } from './webhooks/deliveries.ts';

export interface SimulatorOptions {
  world: World;
  /** 0 or left out: any free port. */
  port?: number;
  host?: '127.0.0.1';
  /** Becomes the world's clock. */
  clock?: Clock;
  /** Requests per user and minute for everybody, instead of 50 on free and 500 on other plans. */
  rateLimit?: number;
  /** How long each answer takes at least. */
  latencyMs?: number;
  /** Called for each API request before it is answered: moves made here fall between two pages. */
  onRequest?: OnRequest;
}

export interface Simulator {
  /** For example `http://127.0.0.1:8788`, without a slash at its end. */
  url: string;
  world: World;
  moves: Moves;
  faults: Faults;
  /** Webhooks: their log, and how to hold and spoil them. */
  deliveries: Deliveries;
  /** OAuth: who signs in, and what was granted. */
  grants: Grants;
  /** The API requests so far; the newest last. */
  requests: LoggedRequest[];
  /** Requests by route, for example `GET /scheduled_events` or `GET /scheduled_events/{}/invitees`. */
  counts: Map<string, number>;
  /** Requests refused with 429, by user URI. */
  refused: Map<string, number>;
  /** Forgets requests and counts. */
  clearRequests(): void;
  /** All events with their invitees as the API would give them now, by start time. */
  truth(): TrueEvent[];
  /** Ends every open connection at once and frees the port; may be called again. */
  close(): Promise<void>;
}

/** Starts a simulated Calendly on the loopback interface. Rejects where the port is taken. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { world, port = 0, host = '127.0.0.1' } = options;
  if (options.clock !== undefined) world.clock = options.clock;
  const closing = new AbortController();
  const log = createRequestLog();
  const faults = createFaults();
  const moves = createMoves(world);
  const grants = createGrants(world);
  const deliveries = createDeliveries(world);
  const rateLimit = createRateLimit({ now: () => world.clock.now() }, options.rateLimit);
  const server = createServer((request, response) => {
    serve(running, request, response).catch(() => {
      // @NOTE Only an unreadable address or body comes here: such a caller gets no answer.
      response.destroy();
    });
  });
  const running: Running = {
    world,
    moves,
    faults,
    deliveries,
    grants,
    log,
    rateLimit,
    latencyMs: options.latencyMs ?? 0,
    onRequest: options.onRequest,
    closing: closing.signal,
    url: () => url,
  };
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    deliveries.close();
    throw error;
  }
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    world,
    moves,
    faults,
    deliveries,
    grants,
    requests: log.entries,
    counts: log.counts,
    refused: rateLimit.refused,
    clearRequests: () => log.clear(),
    truth: () => showTruth(world),
    async close() {
      if (!closing.signal.aborted) closing.abort();
      deliveries.close();
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
