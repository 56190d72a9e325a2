/** Who asks: the bearer token of a request as a caller, everything else as 401. */
import type {} from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../accounts/caller.ts';
import { verifyToken } from '../accounts/tokens.ts';
import { AppError } from '../domain/errors.ts';
import type { HttpDeps } from './deps.ts';
import { HttpError, UNAUTHENTICATED } from './problem.ts';

const callers = new WeakMap<FastifyRequest, Caller>();

/** The signed-in user of a request behind `requireCaller`. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw UNAUTHENTICATED;
  return caller;
}

/** Refuses what only admins may do, with 403. */
export function requireAdmin(caller: Caller): void {
  if (caller.role === 'admin') return;
  throw new AppError({
    kind: 'denied',
    code: 'request.admins_only',
    message: 'Only admins of the workspace may do this.',
    action: 'Ask an admin.',
  });
}

/** Makes every route of this scope ask for a token, before parameters or body are looked at. */
export function requireCaller(
  scope: FastifyInstance,
  deps: Pick<HttpDeps, 'db' | 'clock' | 'secrets' | 'phase'>,
): void {
  const countFailure = scope.createRateLimit({ max: FAILURES_PER_MINUTE, timeWindow: 60_000 });
  scope.addHook('onRequest', async (request) => {
    if (deps.phase() === 'starting') throw starting();
    const caller = await findCaller(deps, request);
    if (caller !== undefined) {
      callers.set(request, caller);
      return;
    }
    const failures = await countFailure(request);
    if (!failures.isAllowed && failures.isExceeded) throw tooMany(failures.ttlInSeconds);
    throw UNAUTHENTICATED;
  });
}

/** Whose token the request has, as things stand now; `undefined` without one that is good. */
export async function findCaller(
  deps: Pick<HttpDeps, 'db' | 'clock' | 'secrets'>,
  request: FastifyRequest,
): Promise<Caller | undefined> {
  const token = bearerToken(request);
  if (token === undefined) return undefined;
  return verifyToken(deps.db, token, { secret: deps.secrets.jwt, now: deps.clock.now() });
}

/** Wrong tokens of one address; a good token is never held up by them. */
const FAILURES_PER_MINUTE = 1200;

/**
 * The token of the one Authorization header. Counted in the raw headers, because Node keeps the first
 * of two and drops the rest.
 */
export function bearerToken(request: FastifyRequest): string | undefined {
  const { rawHeaders } = request.raw;
  const given = rawHeaders.filter(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization',
  );
  if (given.length !== 1) return undefined;
  return /^Bearer +([\w.-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** 429 with the time to wait. */
export function tooMany(seconds: number): HttpError {
  return new HttpError({
    status: 429,
    code: 'request.too_many',
    message: 'Too many requests from this address.',
    headers: { 'retry-after': String(seconds) },
  });
}

/** 503 while the database is being prepared. */
export function starting(): AppError {
  return new AppError({
    kind: 'busy',
    code: 'server.starting',
    message: 'The server is still starting: the database is being prepared.',
    action: 'Try again in a few seconds.',
  });
}
