/** One request from its first byte to its answer: page, control, or the API with limits and faults. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, routeName } from './api/answer.ts';
import { broken, invalid } from './api/refusal.ts';
import type { Answer } from './api/call.ts';
import { parseBody, readBody } from './body.ts';
import { answerControl } from './control/answer.ts';
import { answerOAuth } from './oauth/answer.ts';
import { homePage } from './home-page.ts';
import { send } from './send.ts';
import type { Running } from './running.ts';
import { settle } from './show.ts';

/** Answers one request; the promise ends when the answer is on its way. */
export async function serve(
  running: Running,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (path === '/') {
    const html = homePage(running);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(html);
    return;
  }
  const body = await readBody(request);
  if (path === '/_control' || path.startsWith('/_control/')) {
    const { status, body: shown } = answerControl(running, { request, path, body });
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(shown));
    return;
  }
  if (path.startsWith('/oauth/')) {
    await serveOAuth(running, { request, response, path, query: searchParams, body });
    return;
  }
  await serveApi(running, { request, response, path, query: searchParams, body });
}

interface ApiRequest {
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  query: URLSearchParams;
  body: Buffer | undefined;
}

async function serveOAuth(running: Running, asked: ApiRequest): Promise<void> {
  const { world, grants, log, faults } = running;
  const { request, response, path } = asked;
  const method = request.method ?? 'GET';
  // neither codes nor tokens are kept in the log
  const entry = {
    method,
    path,
    query: '',
    status: 0,
    at: world.clock.now(),
    route: `${method} ${path}`,
  };
  log.add(entry);
  running.onRequest?.({ method, path, query: '' });
  const wait = waiter(running.closing);
  if (running.latencyMs > 0) await wait(running.latencyMs);
  const headers: Record<string, string> = { 'x-request-id': randomUUID() };
  const whole = (): Answer => {
    const { location, ...answered } = answerOAuth({ world, grants, ...asked });
    if (location !== undefined) headers['location'] = location;
    return answered;
  };
  const onHead = (status: number): void => void (entry.status = status);
  await send({ request, response, headers, onHead, wait }, whole, faults.strike(method, path, ''));
}

async function serveApi(running: Running, api: ApiRequest): Promise<void> {
  const { world, log, faults, rateLimit } = running;
  const { request, response, path } = api;
  const method = request.method ?? 'GET';
  const query = request.url?.split('?')[1] ?? '';
  const at = world.clock.now();
  running.onRequest?.({ method, path, query });
  const wait = waiter(running.closing);
  if (running.latencyMs > 0) await wait(running.latencyMs);
  const entry = { method, path, query, status: 0, at, route: routeName(method, path) };
  log.add(entry);
  if (isUnwanted(request.headers['user-agent'])) {
    response.writeHead(403, { 'content-type': 'text/plain; charset=UTF-8', server: 'cloudflare' });
    response.end('error code: 1010');
    entry.status = 403;
    return;
  }
  settle(world);
  const token = world.tokens.get(
    /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '',
  );
  const known =
    token !== undefined && !token.revoked && (token.expiresAt ?? Infinity) > world.clock.now();
  const allowance = rateLimit.take(known ? token.user : 'anonymous', token?.tier ?? 'paid');
  const fault = faults.strike(method, path, query);
  const headers = { ...allowance.headers, 'x-request-id': randomUUID(), server: 'cloudflare' };
  const whole = (): Answer => {
    if (allowance.isRefused) return { status: 429, body: null };
    const parsed = parseBody(api.body);
    if (parsed instanceof Error) return { status: 400, body: invalid('body', 'is no JSON').body };
    try {
      const good = known ? token : undefined;
      return answer({ world, method, path, query: api.query, body: parsed, token: good });
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : 'The simulator failed');
      return { status: 500, body: broken().body };
    }
  };
  const onHead = (status: number): void => void (entry.status = status);
  await send({ request, response, headers, onHead, wait }, whole, fault);
}

/** Cloudflare turns away requests without a User-Agent and some libraries' own (api.md §1). */
function isUnwanted(agent: string | undefined): boolean {
  return agent === undefined || agent.trim() === '' || agent.startsWith('Python-urllib');
}

function waiter(closing: AbortSignal): (ms: number) => Promise<void> {
  return (ms) =>
    new Promise((resolve) => {
      const stop = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        closing.removeEventListener('abort', stop);
        resolve();
      }, ms);
      closing.addEventListener('abort', stop, { once: true });
    });
}
