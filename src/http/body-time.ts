/** How long a request's body may take: short for most routes, long where files come in, never for ever. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../base/time.ts';
import { refuseSocket } from './raw-refusal.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the body may be a file: its own reader looks after its pace. */
    takesFiles?: boolean;
  }
}

const BODY_MS = 15_000;
const FILE_MS = 3_600_000;
/** What a refused request still sends is thrown away for so long, so that its sender comes to read the answer. */
const LINGER_MS = 10_000;

/** Cuts off every request whose body takes too long, with 408 where nothing was answered yet. */
export function limitBodyTime(app: FastifyInstance, clock: Clock): void {
  app.addHook('onRequest', async (request, reply) => {
    const { raw } = request;
    const hasBody =
      raw.headers['transfer-encoding'] !== undefined || Number(raw.headers['content-length']) > 0;
    if (!hasBody) return;
    const ms = request.routeOptions.config.takesFiles === true ? FILE_MS : BODY_MS;
    let cancel = clock.after(ms, () => {
      if (!raw.complete) refuseSocket(TOO_LATE, raw.socket);
    });
    reply.raw.once('finish', () => {
      cancel();
      if (raw.complete) return;
      cancel = clock.after(LINGER_MS, () => raw.socket.destroy());
    });
    raw.once('close', () => cancel());
  });
}

const TOO_LATE = Object.assign(new Error('The body took too long'), {
  code: 'ERR_HTTP_REQUEST_TIMEOUT',
});
