/** What is measured and logged of each request: route patterns and ids, never addresses or contents. */
import type { FastifyInstance } from 'fastify';
import { Histogram } from 'prom-client';
import type { HttpDeps } from './deps.ts';

const DURATION = 'http_request_duration_seconds';

/** Counts and times every answer. */
export function watchRequests(app: FastifyInstance, deps: Pick<HttpDeps, 'log' | 'metrics'>): void {
  const known = deps.metrics.getSingleMetric(DURATION);
  const durations =
    known instanceof Histogram
      ? known
      : new Histogram({
          name: DURATION,
          help: 'Time from request to answer.',
          labelNames: ['method', 'route', 'status'],
          buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
          registers: [deps.metrics],
        });
  app.addHook('onResponse', async (request, reply) => {
    const fields = {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: String(reply.statusCode),
    };
    durations.observe(fields, reply.elapsedTime / 1000);
    deps.log.debug('Request answered', {
      ...fields,
      request_id: request.id,
      duration_ms: Math.round(reply.elapsedTime),
    });
  });
}
