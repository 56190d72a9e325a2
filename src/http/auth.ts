/** Who asks: the bearer token or the session of a request as a caller, everything else as 401. */
import { timingSafeEqual } from 'node:crypto';
import type {} from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../accounts/caller.ts';
import { findSession, type Session } from '../accounts/sessions.ts';
import { verifyToken } from '../accounts/tokens.ts';
import { AppError } from '../domain/errors.ts';
import type { Id } from '../domain/id.ts';
import type { Doer } from '../store/audit.ts';
import type { Db } from '../store/db.ts';
import type { HttpDeps } from './deps.ts';
import { changesSomething, requireOwnOrigin } from './origin.ts';
import { HttpError, UNAUTHENTICATED } from './problem.ts';
import { readSessionKey } from './session-cookie.ts';

/** Of `HttpDeps`, what it takes to tell who asks. */
export type SignInDeps = Pick<
  HttpDeps,
  'tenants' | 'clock' | 'secrets' | 'settings' | 'hostCaller'
>;

interface SignedIn {
  caller: Caller;
  /** Null for a bearer token. */
  session: Session | null;
  /** The user himself, where he sees nobody else's meetings. */
  onlyOf?: Id | undefined;
}

const signedIn = new WeakMap<FastifyRequest, SignedIn>();

/** The signed-in user of a request behind `requireCaller`. */
export function callerOf(request: FastifyRequest): Caller {
  const known = signedIn.get(request);
  if (known === undefined) throw UNAUTHENTICATED;
  return known.caller;
}

/**
 * The rows that the user of a request behind `requireCaller` may be shown: the workspace's; where members see their
 * own (`MEMBERS_SEE`), what hangs on meetings that they host.
 */
export function rowsOf(deps: Pick<HttpDeps, 'tenants'>, request: FastifyRequest): Db {
  return deps.tenants.of(callerOf(request).workspaceId, narrowedTo(request));
}

/** The user to whose meetings a request behind `requireCaller` is narrowed; undefined where it sees all. */
export function narrowedTo(request: FastifyRequest): Id | undefined {
  return signedIn.get(request)?.onlyOf;
}

/** Who is signed in, as far as it is known already. */
export function signedInOf(request: FastifyRequest): Caller | undefined {
  return signedIn.get(request)?.caller;
}

/** The session of a request behind `requireCaller`; null where it came with a bearer token. */
export function sessionOf(request: FastifyRequest): Session | null {
  return signedIn.get(request)?.session ?? null;
}

/** Who a request behind `requireCaller` does something for, as the audit trail has it. */
export function doerOf(request: FastifyRequest): Doer {
  return { actorId: callerOf(request).userId, address: request.ip };
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

/** Makes every route of this scope ask who it is, before parameters or body are looked at. */
export function requireCaller(
  scope: FastifyInstance,
  deps: SignInDeps & Pick<HttpDeps, 'phase'>,
): void {
  const countFailure = scope.createRateLimit({ max: FAILURES_PER_MINUTE, timeWindow: 60_000 });
  scope.addHook('onRequest', async (request) => {
    if (deps.phase() === 'starting') throw starting();
    if (await admit(deps, request)) return;
    const failures = await countFailure(request);
    if (!failures.isAllowed && failures.isExceeded) throw tooMany(failures.ttlInSeconds);
    throw UNAUTHENTICATED;
  });
}

/**
 * Learns who asks, for `callerOf`; false where nobody is signed in. Throws 403 for what a foreign page
 * makes a browser send along with its cookie.
 */
export async function admit(deps: SignInDeps, request: FastifyRequest): Promise<boolean> {
  const known = await findSignedIn(deps, request);
  if (known === undefined) return false;
  if (known.session !== null && changesSomething(request)) {
    requireOwnOrigin(request, deps.settings.publicUrl);
    requireCsrfToken(request, known.session.csrfToken);
  }
  const { role, userId } = known.caller;
  const isNarrowed = deps.settings.membersSee === 'own' && role !== 'admin';
  signedIn.set(request, { ...known, onlyOf: isNarrowed ? userId : undefined });
  return true;
}

/** Whose token or session the request has, as things stand now; `undefined` without one that is good. */
export async function findCaller(
  deps: SignInDeps,
  request: FastifyRequest,
): Promise<Caller | undefined> {
  return (await findSignedIn(deps, request))?.caller;
}

/** An Authorization header, good or not, is the only thing that counts where there is one. */
async function findSignedIn(
  deps: SignInDeps,
  request: FastifyRequest,
): Promise<SignedIn | undefined> {
  const now = deps.clock.now();
  if (request.headers.authorization === undefined) {
    const key = readSessionKey(request);
    const session =
      key === undefined ? undefined : await findSession(deps.tenants.system, key, now);
    return session === undefined ? undefined : { caller: session.caller, session };
  }
  const token = bearerToken(request);
  if (token === undefined) return undefined;
  const caller =
    (await verifyToken(deps.tenants.system, token, { secret: deps.secrets.jwt, now })) ??
    (await deps.hostCaller?.(token));
  return caller === undefined ? undefined : { caller, session: null };
}

function requireCsrfToken(request: FastifyRequest, expected: string): void {
  const given = Buffer.from(String(request.headers['x-csrf-token'] ?? ''));
  const wanted = Buffer.from(expected);
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return;
  throw new AppError({
    kind: 'denied',
    code: 'request.csrf',
    message: 'A session changes something only with its own token in the header X-CSRF-Token.',
    action: 'Send the `csrf_token` of /api/auth/me.',
  });
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
