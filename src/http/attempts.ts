/** Tries at secrets, counted: who guesses passwords or keys is told to wait. */
import type {} from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tooMany } from './auth.ts';

const MINUTE_MS = 60_000;

export interface Attempts {
  /** Counts one; throws 429 beyond the limit. */
  count(request: FastifyRequest): Promise<void>;
  /** Throws 429 where the limit has been passed; counts nothing. */
  look(request: FastifyRequest): Promise<void>;
}

/** At most `perMinute` under each key. */
export function limitAttempts(
  scope: FastifyInstance,
  perMinute: number,
  keyOf: (request: FastifyRequest) => string,
): Attempts {
  const limit = scope.createRateLimit({
    max: perMinute,
    timeWindow: MINUTE_MS,
    keyGenerator: keyOf,
  });
  const ask = async (request: FastifyRequest, increment: boolean): Promise<void> => {
    const tries = await limit(request, { increment });
    if (!tries.isAllowed && tries.isExceeded) throw tooMany(tries.ttlInSeconds);
  };
  return { count: (request) => ask(request, true), look: (request) => ask(request, false) };
}
