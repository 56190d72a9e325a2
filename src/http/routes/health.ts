/** /health, /ready and /metrics: for the machines that watch this one. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../base/time.ts';
import type { Db } from '../../store/db.ts';
import type { Api } from '../api.ts';
import { bearerToken } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { UNAUTHENTICATED } from '../problem.ts';

/** A database that is silent for longer counts as gone. */
const DATABASE_WAIT_MS = 2000;

const readiness = z.object({
  status: z.enum(['ready', 'starting', 'stopping', 'no_database']),
});

/** Adds the routes. */
export function healthRoutes(
  api: Api,
  deps: Pick<HttpDeps, 'tenants' | 'clock' | 'metrics' | 'phase' | 'settings'>,
): void {
  const unlimited = { rateLimit: false };
  api.get(
    '/health',
    {
      config: unlimited,
      schema: {
        summary: 'The process is alive',
        tags: ['health'],
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  api.get(
    '/ready',
    {
      config: unlimited,
      schema: {
        summary: 'The process can serve: migrated, and the database answers',
        tags: ['health'],
        response: { 200: readiness, 503: readiness },
      },
    },
    async (_request, reply) => {
      const phase = deps.phase();
      const status =
        phase === 'ready' && !(await isAnswering(deps.tenants.system, deps.clock))
          ? 'no_database'
          : phase;
      return reply.code(status === 'ready' ? 200 : 503).send({ status });
    },
  );

  api.get(
    '/metrics',
    {
      config: unlimited,
      schema: {
        summary: 'Prometheus metrics; no label of a user or workspace',
        description: 'With METRICS_TOKEN set, that token as bearer.',
        tags: ['health'],
        response: { 200: z.string() },
      },
    },
    async (request, reply) => {
      const { metricsToken } = deps.settings;
      if (metricsToken !== null && !isSame(bearerToken(request), metricsToken)) {
        throw UNAUTHENTICATED;
      }
      const text = await deps.metrics.metrics();
      return reply
        .type(deps.metrics.contentType)
        .serializer((body: string) => body)
        .send(text);
    },
  );
}

async function isAnswering(db: Db, clock: Clock): Promise<boolean> {
  const late = new AbortController();
  try {
    return await Promise.race([
      db.query('select 1').then(() => true),
      clock.sleep(DATABASE_WAIT_MS, late.signal).then(() => false),
    ]);
  } catch {
    // @NOTE the answer is the report: a probe that logs would fill the log while the database is away.
    return false;
  } finally {
    late.abort();
  }
}

function isSame(given: string | undefined, expected: string): boolean {
  if (given === undefined) return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
