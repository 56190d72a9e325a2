/** POST /api/calendly/webhook…: Calendly's deliveries. Stored first, answered then, worked later by others. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { Api } from '../api.ts';
import { starting, tooMany } from '../auth.ts';
import type { HttpDeps, IncomingDelivery } from '../deps.ts';
import { Penalties } from '../penalties.ts';
import { HttpError, NOT_FOUND } from '../problem.ts';
import { readRawBodies } from '../raw-body.ts';

const LIMITS = { bytes: 256 * 1024, ms: 10_000 };
/** Calendly waits 15 s for an answer (https://developer.calendly.com/api-docs/webhook-timeouts). */
const STORE_MS = 8000;
const BAD_SIGNATURES = { burst: 100, perSecond: 5, addresses: 10_000 };

type WebhookDeps = Pick<HttpDeps, 'clock' | 'log' | 'phase' | 'receive'>;

/** Adds the routes in a scope of their own: no login, no limit for genuine deliveries, any body. */
export function webhookRoutes(app: FastifyInstance, deps: WebhookDeps): void {
  app.register(async (scope) => {
    scope.addHook('onRequest', async () => {
      if (deps.phase() === 'starting') throw starting();
    });
    readRawBodies(scope, deps.clock, LIMITS);
    addRoutes(scope.withTypeProvider<ZodTypeProvider>(), deps);
  });
}

function addRoutes(api: Api, deps: WebhookDeps): void {
  const mistakes = new Penalties(deps.clock, BAD_SIGNATURES);
  const options = {
    config: { rateLimit: false },
    schema: {
      summary: 'Receive a delivery of Calendly',
      description:
        'For Calendly, signed with `Calendly-Webhook-Signature`. Answers 200 once the delivery is stored.',
      tags: ['calendly'],
      response: { 200: z.object({ received: z.literal(true) }) },
    },
  };
  api.post('/api/calendly/webhook', options, async (request) =>
    takeIn(deps, mistakes, { path: null, request }),
  );
  api.post(
    '/api/calendly/webhook/:subscription',
    { ...options, schema: { ...options.schema, params: z.object({ subscription: z.string() }) } },
    async (request) => {
      const path = request.params.subscription;
      // No ids: a trailing slash, and what is another path to every proxy (RFC 3986 §5.2.4).
      if (/^\.{0,2}$/.test(path)) throw NOT_FOUND;
      return takeIn(deps, mistakes, { path, request });
    },
  );
}

async function takeIn(
  deps: WebhookDeps,
  mistakes: Penalties,
  { path, request }: { path: string | null; request: FastifyRequest },
): Promise<{ received: true }> {
  const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
  const outcome = await store(deps, { path, headers: request.raw.headers, body });
  if (outcome === 'stored') return { received: true };
  // Counted after the signature was looked at: a genuine delivery is never held up by forged ones.
  const seconds = mistakes.count(request.ip);
  throw seconds > 0 ? tooMany(seconds) : REFUSED;
}

/** One that is late may still be stored; Calendly sends it again then, and the same bytes are one row. */
async function store(
  { receive, clock }: WebhookDeps,
  delivery: IncomingDelivery,
): Promise<'stored' | 'refused'> {
  if (receive === undefined) throw notStored(undefined);
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(STORE_MS, () => late.reject(TOO_LATE));
  try {
    return await Promise.race([receive(delivery), late.promise]);
  } catch (error) {
    throw notStored(error);
  } finally {
    cancel();
  }
}

/** The same for an unknown path, a missing key, a missing and a wrong signature. */
const REFUSED = new HttpError({
  status: 401,
  code: 'webhook.refused',
  message: 'This is no delivery of a subscription that is known here.',
  headers: { 'www-authenticate': 'Calendly-Webhook-Signature' },
});

const TOO_LATE = new AppError({
  kind: 'busy',
  code: 'webhook.too_late',
  message: 'The database did not store the delivery in time',
});

function notStored(cause: unknown): AppError {
  return new AppError({
    kind: 'busy',
    code: 'webhook.not_stored',
    message: 'The delivery could not be stored.',
    action: 'Send it again.',
    cause,
  });
}
