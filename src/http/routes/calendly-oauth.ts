/** /api/calendly/oauth: "Connect with Calendly", to Calendly and back. */
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { listConnections } from '../../store/connection-list.ts';
import { BEARER, type Api } from '../api.ts';
import { admit, callerOf, doerOf, sessionOf, type SignInDeps, starting, rowsOf } from '../auth.ts';
import type { OAuthActions } from '../connection-actions.ts';
import type { HttpDeps } from '../deps.ts';
import { html, type Html } from '../html.ts';
import { text } from '../parameters.ts';
import { NOT_FOUND, type Problem, toProblem, UNAUTHENTICATED } from '../problem.ts';
import { invalidRequest } from '../refusals.ts';
import { connectionSchema } from '../schemas/connection.ts';

type Deps = Pick<HttpDeps, 'tenants' | 'actions' | 'oauth' | 'phase'> & SignInDeps;

/** Adds the route behind the login. */
export function oauthStartRoutes(api: Api, deps: Deps): void {
  api.get(
    '/api/calendly/oauth/start',
    {
      schema: {
        summary: 'Begin “Connect with Calendly”',
        description: 'A browser with a session is sent on (302); a bearer token gets the address.',
        tags: ['connections'],
        security: BEARER,
        querystring: z.strictObject({
          scope: z
            .enum(['user', 'organization'], { error: 'must be user or organization' })
            .default('user'),
        }),
        response: { 200: z.object({ url: z.string() }), 302: z.null() },
      },
    },
    async (request, reply) => {
      const { workspaceId, userId } = callerOf(request);
      const session = sessionOf(request);
      const start = { workspaceId, userId, sessionId: session?.id ?? null };
      const url = await actionsOf(deps).start({ ...start, scope: request.query.scope });
      if (session !== null) return reply.redirect(url, 302);
      return reply.code(200).send({ url });
    },
  );
}

/**
 * Adds the route that Calendly sends browsers back to. It is behind no login of its own: a session's cookie is
 * SameSite=Strict, so the first request, which comes from Calendly's page, has none. A page of ours sends the
 * browser here again, and then it has.
 */
export function oauthCallbackRoutes(api: Api, deps: Deps): void {
  api.get(
    '/api/calendly/oauth/callback',
    {
      schema: {
        summary: 'Where Calendly sends the user back to',
        description: 'Needs the user who began; the state is good once, for ten minutes.',
        tags: ['connections'],
        security: BEARER,
        querystring: z.object({
          state: text(200).optional(),
          code: text(2000).optional(),
          error: text(200).optional(),
          again: z.literal('1').optional(),
        }),
        response: { 200: connectionSchema, 201: connectionSchema, 302: z.null() },
      },
    },
    async (request, reply) => {
      if (deps.phase() === 'starting') throw starting();
      const { state, code, error, again } = request.query;
      if (!(await admit(deps, request))) {
        if (again !== undefined || request.headers.authorization !== undefined) {
          throw UNAUTHENTICATED;
        }
        return sendPage(reply.code(200), onceMore(request.url));
      }
      const { workspaceId, userId } = callerOf(request);
      const session = sessionOf(request);
      if (state === undefined) throw invalidRequest([{ field: 'state', message: 'is missing' }]);
      if (code === undefined && error === undefined) {
        throw invalidRequest([{ field: 'code', message: 'is missing' }]);
      }
      const finishing = actionsOf(deps).finish({
        workspaceId,
        userId,
        sessionId: session?.id ?? null,
        state,
        answer: code === undefined ? { error: error ?? '' } : { code },
        by: doerOf(request),
      });
      const done = await finishing.catch((failure: unknown) => {
        const isPerson = session !== null && /\btext\/html\b/.test(request.headers.accept ?? '');
        if (isPerson && failure instanceof AppError) return failure;
        throw failure;
      });
      if (done instanceof AppError) {
        const { problem } = toProblem(done, request.id);
        return sendPage(reply.code(problem.status as 200), refusal(problem));
      }
      const { id, created } = done;
      if (session !== null) return reply.redirect(`/?connected=${id}`, 302);
      const schedule = await deps.actions.schedulerStatus();
      const [connection] = await listConnections(
        rowsOf(deps, request),
        { workspaceId, userId, id },
        schedule,
      );
      if (connection === undefined) throw NOT_FOUND;
      return reply.code(created ? 201 : 200).send(connection);
    },
  );
}

function sendPage(reply: FastifyReply, page: Html): never {
  return reply
    .type('text/html; charset=utf-8')
    .serializer(() => page.html)
    .send('') as never;
}

/** What went wrong and what to do, for the person in front of the browser. */
function refusal({ detail, action }: Problem): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Not connected</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main>
          <h1>Calendly was not connected</h1>
          <p class="lead">${detail}</p>
          <p>${action ?? ''}</p>
          <p><a href="/">Back to calendly-sync</a></p>
        </main>
      </body>
    </html>`;
}

/** Sends the browser to the same address from a page of this site. */
function onceMore(url: string): Html {
  const target = `${url}${url.includes('?') ? '&' : '?'}again=1`;
  return html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta http-equiv="refresh" content="0;url=${target}" />
      <title>Connecting with Calendly</title>
      <p><a href="${target}">Go on</a></p>
    </html> `;
}

function actionsOf(deps: Pick<HttpDeps, 'oauth'>): OAuthActions {
  if (deps.oauth === undefined) throw starting();
  return deps.oauth;
}
