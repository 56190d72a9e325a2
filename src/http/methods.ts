/** Wrong targets, methods and paths: 400, 405 with Allow where the path exists, else the one 404. */
import type { FastifyInstance } from 'fastify';
import { HttpError, NOT_FOUND } from './problem.ts';

/** Watches the routes that are added from now on, and answers for all others. */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const methodsOf = new Map<string, Set<string>>();
  app.addHook('onRoute', (route) => {
    const methods = methodsOf.get(route.url) ?? new Set<string>();
    for (const method of [route.method].flat()) methods.add(method.toUpperCase());
    methodsOf.set(route.url, methods);
  });
  app.addHook('onRequest', async (request) => {
    if (request.raw.url?.startsWith('/') !== true) throw badTarget();
  });
  app.setNotFoundHandler(async (request) => {
    const { url = '', method } = request.raw;
    const [path = ''] = url.split('?');
    const routes = [...methodsOf].filter(([pattern]) => patternOf(pattern).test(path));
    const allowed = [...new Set(routes.flatMap(([, methods]) => [...methods]))].sort();
    if (allowed.length === 0 || allowed.includes(method ?? '')) throw NOT_FOUND;
    throw wrongMethod(allowed);
  });
}

function patternOf(route: string): RegExp {
  const parts = route.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('/')}$`);
}

function wrongMethod(allowed: readonly string[]): HttpError {
  return new HttpError({
    status: 405,
    code: 'request.method',
    message: `This path knows ${allowed.join(', ')} only.`,
    headers: { allow: allowed.join(', ') },
  });
}

/** A proxy's absolute form, `*` and the like are not for this server. */
function badTarget(): HttpError {
  return new HttpError({
    status: 400,
    code: 'request.target',
    message: 'The request target has to be a path.',
  });
}
