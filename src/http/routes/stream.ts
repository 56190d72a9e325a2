/** GET /api/stream: the changes of the workspace as they happen, as server-sent events. */
import type { FastifyReply } from 'fastify';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { BEARER, type Api } from '../api.ts';
import { callerOf, findCaller, narrowedTo } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { noQuery } from '../parameters.ts';
import { LiveStream } from '../stream.ts';

/** Adds the route; all its connections end when `closing` is aborted. */
export function streamRoutes(
  api: Api,
  deps: Pick<
    HttpDeps,
    'tenants' | 'clock' | 'log' | 'secrets' | 'settings' | 'hostCaller' | 'streamExtras'
  >,
  closing: AbortSignal,
): void {
  const stream = new LiveStream(deps, closing);
  api.addHook('onClose', () => stream.close());
  api.get(
    '/api/stream',
    {
      exposeHeadRoute: false,
      schema: {
        summary: 'Changes of the workspace as they happen (server-sent events)',
        description: [
          'Events: `meeting.created|updated|canceled|vanished`, `client.changed`, `document.changed`,',
          '`delivery.changed`, `run.progress`, `status`, `reset`. Their data is JSON with `id` and `at`.',
          'Send the last `id:` back as `Last-Event-ID` to go on from there; where that is not possible',
          '(older than 7 days) the stream begins with `reset`: read everything again.',
        ].join(' '),
        tags: ['stream'],
        security: BEARER,
        querystring: noQuery,
        produces: ['text/event-stream'],
        response: { 200: z.string() },
      },
    },
    async (request, reply) => {
      const { workspaceId, userId, role } = callerOf(request);
      const lastEventId = request.headers['last-event-id'];
      await stream.join({
        workspaceId,
        onlyOf: narrowedTo(request),
        lastEventId: lastEventId === undefined ? undefined : String(lastEventId),
        async isWelcome() {
          const caller = await findCaller(deps, request);
          const isSame = caller?.userId === userId && caller.workspaceId === workspaceId;
          // what he may see depends on it
          return isSame && caller.role === role;
        },
        open: () => takeOver(reply),
      });
      return reply;
    },
  );
}

/** From here on Fastify writes nothing; the headers that were set until now are kept. */
function takeOver(reply: FastifyReply): ServerResponse {
  reply.hijack();
  const response = reply.raw;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) response.setHeader(name, value);
  }
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // Else nginx collects events before it passes them on.
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  return response;
}
