/** The demo answers to names of this machine only, so that no foreign page can reach it by its own name. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from './problem.ts';

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Refuses every other `Host` with 421. */
export function requireLoopbackHost(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (isLoopbackHost(request.raw.headers.host)) return;
    throw new HttpError({
      status: 421,
      code: 'request.host',
      message: 'The demo answers to localhost only.',
    });
  });
}

/** Whether the request comes from this machine and calls it by a name of this machine. */
export function isFromThisMachine(request: FastifyRequest): boolean {
  const address = request.raw.socket.remoteAddress ?? '';
  const isLoopback = /^(127\.|::1$|::ffff:127\.)/.test(address);
  return isLoopback && isLoopbackHost(request.raw.headers.host);
}

function isLoopbackHost(host: string | undefined): boolean {
  return LOOPBACK_NAMES.has((host ?? '').toLowerCase().replace(/:\d{1,5}$/, ''));
}
