/** The HTTP server: limits, headers and errors that hold for every route, and the list of routes. */
import type { AddressInfo } from 'node:net';
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { AppError, describeError } from '../domain/errors.ts';
import { newId } from '../domain/id.ts';
import { requireCaller, tooMany } from './auth.ts';
import { readJsonBodies } from './body.ts';
import { limitBodyTime } from './body-time.ts';
import { closeQuickly } from './closing.ts';
import type { HttpDeps } from './deps.ts';
import { requireLoopbackHost } from './host.ts';
import { answerUnknownRoutes } from './methods.ts';
import { describeRoutes } from './openapi.ts';
import { parseQuery } from './parameters.ts';
import { PROBLEM_TYPE, toProblem } from './problem.ts';
import { refuseSocket } from './raw-refusal.ts';
import { noteRefusedAccess } from './refused-access.ts';
import { translateRefusal } from './refusals.ts';
import { auditRoutes } from './routes/audit.ts';
import { authSessionRoutes } from './routes/auth-session.ts';
import { authRoutes } from './routes/auth.ts';
import { calendarFeedRoutes, icsRoutes } from './routes/calendar.ts';
import { blockedRoutes } from './routes/blocked.ts';
import { calendlyMeetingRoutes } from './routes/calendly-meetings.ts';
import { oauthCallbackRoutes, oauthStartRoutes } from './routes/calendly-oauth.ts';
import { calendlySchedulerRoutes } from './routes/calendly-scheduler.ts';
import { calendlyStatusRoutes } from './routes/calendly-status.ts';
import { calendlySyncRoutes } from './routes/calendly-sync.ts';
import { calendlyWebhookRoutes } from './routes/calendly-webhook.ts';
import { clientHistoryRoutes } from './routes/clients-history.ts';
import { clientMergeRoutes } from './routes/clients-merge.ts';
import { clientReviewRoutes } from './routes/clients-review.ts';
import { clientRoutes } from './routes/clients.ts';
import { connectionRoutes } from './routes/connections.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { documentContentRoutes } from './routes/documents-content.ts';
import { documentEditRoutes } from './routes/documents-edit.ts';
import { documentUploadRoutes } from './routes/documents-upload.ts';
import { documentRoutes } from './routes/documents.ts';
import { driftRoutes } from './routes/drift.ts';
import { exportRoutes } from './routes/exports.ts';
import { healthRoutes } from './routes/health.ts';
import { homeRoutes } from './routes/home.ts';
import { invitationRoutes } from './routes/invitations.ts';
import { meetingChangeRoutes } from './routes/meeting-changes.ts';
import { meetingLinkRoutes } from './routes/meetings-links.ts';
import { meetingRoutes } from './routes/meetings.ts';
import { memberRoutes } from './routes/members.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { peopleRoutes } from './routes/people.ts';
import { runRoutes } from './routes/runs.ts';
import { streamRoutes } from './routes/stream.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { workspaceRoutes } from './routes/workspace.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { watchRequests } from './watch.ts';

export interface HttpServer {
  /** Begins to listen; port 0 takes a free one. Rejects where the port is taken. */
  listen(host: string, port: number): Promise<{ url: string; port: number }>;
  /** Ends within about half a second, 1.5 s where an answer is still being made. Idempotent. */
  close(): Promise<void>;
  app: FastifyInstance;
}

const BODY_LIMIT_BYTES = 256 * 1024;
const REQUESTS_PER_MINUTE = 30_000;

/** Builds the server with all its routes; nothing listens yet. */
export async function createHttpServer(deps: HttpDeps): Promise<HttpServer> {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: (_address, hop) => hop < deps.settings.trustProxy,
    genReqId: () => requestId(deps),
    // Files take longer than anything else: `limitBodyTime` says how long each body may take.
    requestTimeout: 0,
    keepAliveTimeout: 15_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 1000 },
    clientErrorHandler: refuseSocket,
    frameworkErrors: (error, request, reply) => sendError(deps, error, { request, reply }),
    // The headers' own limit is the only one: an id that is too long is a wrong one, not another error.
    routerOptions: { querystringParser: parseQuery, maxParamLength: 16_384 },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => sendError(deps, error, { request, reply }));
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      ...SECURITY_HEADERS,
      'x-request-id': request.id,
      'cache-control': 'no-store',
    });
  });
  const closing = closeQuickly(app, deps.clock);
  limitBodyTime(app, deps.clock);
  watchRequests(app, deps);
  readJsonBodies(app);
  if (deps.settings.demo) requireLoopbackHost(app);
  await limitRequests(app, deps.settings.requestsPerMinute ?? REQUESTS_PER_MINUTE);
  await app.register(cookie);
  await describeRoutes(app, deps.settings.version);
  answerUnknownRoutes(app);
  addRoutes(app, deps, closing);
  return {
    app,
    async listen(host, port) {
      const url = await app.listen({ host, port });
      const address: AddressInfo | string | null = app.server.address();
      return { url, port: typeof address === 'object' && address !== null ? address.port : port };
    },
    close: () => app.close(),
  };
}

function addRoutes(app: FastifyInstance, deps: HttpDeps, closing: AbortSignal): void {
  app.register(async (open) => {
    const api = open.withTypeProvider<ZodTypeProvider>();
    healthRoutes(api, deps);
    homeRoutes(api, deps);
    openApiRoutes(api);
    icsRoutes(api, deps);
    calendlyWebhookRoutes(api, deps);
    oauthCallbackRoutes(api, deps);
  });
  webhookRoutes(app, deps);
  app.register(async (open) => authRoutes(open.withTypeProvider<ZodTypeProvider>(), deps));
  app.register(async (signedIn) => {
    requireCaller(signedIn, deps);
    noteRefusedAccess(signedIn, deps);
    const api = signedIn.withTypeProvider<ZodTypeProvider>();
    authSessionRoutes(api, deps);
    workspaceRoutes(api, deps);
    memberRoutes(api, deps);
    invitationRoutes(api, deps);
    tokenRoutes(api, deps);
    auditRoutes(api, deps);
    calendlyStatusRoutes(api, deps);
    calendlyMeetingRoutes(api, deps);
    calendlySyncRoutes(api, deps, closing);
    calendlySchedulerRoutes(api, deps);
    meetingRoutes(api, deps);
    meetingChangeRoutes(api, deps);
    exportRoutes(api, deps);
    calendarFeedRoutes(api, deps);
    peopleRoutes(api, deps);
    meetingLinkRoutes(api, deps);
    clientRoutes(api, deps);
    clientReviewRoutes(api, deps);
    clientMergeRoutes(api, deps);
    clientHistoryRoutes(api, deps);
    blockedRoutes(api, deps);
    documentRoutes(api, deps);
    documentEditRoutes(api, deps);
    documentContentRoutes(api, deps);
    documentUploadRoutes(signedIn, deps);
    connectionRoutes(api, deps);
    oauthStartRoutes(api, deps);
    runRoutes(api, deps);
    deliveryRoutes(api, deps);
    driftRoutes(api, deps, closing);
    streamRoutes(api, deps, closing);
  });
}

async function limitRequests(app: FastifyInstance, requestsPerMinute: number): Promise<void> {
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    addHeadersOnExceeding: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
    },
    errorResponseBuilder: (_request, { ttl }) => tooMany(Math.ceil(ttl / 1000)),
  });
}

function sendError(
  deps: HttpDeps,
  error: unknown,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): void {
  const { problem, headers } = toProblem(translateRefusal(error), request.id);
  if (problem.status >= 500) {
    const route = request.routeOptions.url ?? 'unknown';
    deps.log.error('Request failed', {
      request_id: request.id,
      route,
      error: describeError(error),
      ...causeOf(error),
    });
  }
  reply
    .code(problem.status)
    .headers({ ...SECURITY_HEADERS, 'x-request-id': request.id, ...headers })
    .type(PROBLEM_TYPE)
    .serializer(JSON.stringify)
    .send(problem);
}

/** Only our own errors are known to say nothing of anybody's data. */
function causeOf(error: unknown): Record<string, unknown> {
  const cause = error instanceof AppError ? error.cause : undefined;
  if (cause === undefined) return {};
  const { name, code, message } = describeError(cause);
  return { cause: cause instanceof AppError ? { name, code, message } : { name, code } };
}

function requestId(deps: HttpDeps): string {
  return newId({ now: () => deps.clock.now(), bytes: (length) => deps.random.bytes(length) });
}
