/** Ending the server in half a second although clients keep their connections open. */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../base/time.ts';

/** Answers that are still being made get this long before their connections are cut. */
const HARD_END_MS = 1500;

/**
 * Prepares `app` for a quick end. The answer's `signal` is aborted as soon as closing begins: whatever
 * waits for something else than the database should then answer at once.
 */
export function closeQuickly(app: FastifyInstance, clock: Clock): AbortSignal {
  const closing = new AbortController();
  const busy = new Map<Socket, number>();
  app.server.on('connection', (socket: Socket) => {
    busy.set(socket, 0);
    socket.once('close', () => busy.delete(socket));
  });
  app.server.on('request', (request, response) => {
    const { socket } = request;
    busy.set(socket, (busy.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (busy.get(socket) ?? 1) - 1;
      if (busy.has(socket)) busy.set(socket, left);
      if (closing.signal.aborted && left === 0) socket.end();
    });
  });
  // Fastify's own close() was measured at 70 s here: a connection that finishes a request after the
  // closing began would stay open.
  app.addHook('onSend', async (_request, reply) => {
    if (closing.signal.aborted) reply.header('connection', 'close');
  });
  app.addHook('preClose', async () => {
    closing.abort();
    for (const [socket, requests] of busy) if (requests === 0) socket.destroy();
    const cancel = clock.after(HARD_END_MS, () => app.server.closeAllConnections());
    app.server.once('close', cancel);
  });
  return closing.signal;
}
