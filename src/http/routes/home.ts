/** `/`, a plain page that says whether the sync works, and the pages by which people get in. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../accounts/caller.ts';
import { startSession } from '../../accounts/sessions.ts';
import { listConnections } from '../../store/connection-list.ts';
import { listMeetings } from '../../store/meeting-list.ts';
import { listRuns } from '../../store/run-list.ts';
import { readStats } from '../../store/stats.ts';
import { renderAccountPage } from '../account-pages.ts';
import type { Api } from '../api.ts';
import { findCaller } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { isFromThisMachine } from '../host.ts';
import { renderHome, type HomeData } from '../home-page.ts';
import { STYLESHEET } from '../home-style.ts';
import { idsOf } from '../ids.ts';
import { SCRIPT } from '../pages-script.ts';
import { setSessionCookie } from '../session-cookie.ts';

const LATEST = 12;

type HomeParts =
  | 'tenants'
  | 'clock'
  | 'random'
  | 'secrets'
  | 'actions'
  | 'settings'
  | 'phase'
  | 'hostCaller'
  | 'autoUser';

/** Adds the routes; they are pages, not API, and stay out of the OpenAPI page. */
export function homeRoutes(api: Api, deps: Pick<HttpDeps, HomeParts>): void {
  api.get('/', { schema: { hide: true } }, async (request, reply) => {
    const demo = isFromThisMachine(request) ? await demoCaller(deps) : null;
    if (demo !== null) await signInByItself(deps, { request, reply }, demo);
    const isReady = deps.phase() === 'ready';
    const caller = demo ?? (isReady ? ((await findCaller(deps, request)) ?? null) : null);
    const html = renderHome({
      demo: deps.settings.demo,
      phase: deps.phase(),
      data: caller === null ? null : await readHome(deps, caller),
      connects: deps.settings.oauthApp ?? false,
    });
    return reply.type('text/html; charset=utf-8').send(html);
  });

  for (const page of ['login', 'setup', 'register', 'password'] as const) {
    api.get(`/${page}`, { schema: { hide: true } }, async (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(renderAccountPage(page)),
    );
  }

  api.get('/pages.js', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(SCRIPT),
  );

  api.get('/style.css', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(STYLESHEET),
  );
}

/** The demo's browser has a session without asking for one. */
async function signInByItself(
  deps: Pick<HttpDeps, HomeParts>,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  { workspaceId, userId }: Caller,
): Promise<void> {
  if ((await findCaller(deps, request)) !== undefined) return;
  const user = { workspaceId, id: userId };
  const { key } = await deps.tenants
    .of(workspaceId)
    .tx((tx) => startSession(tx, user, idsOf(deps)));
  setSessionCookie(request, reply, key);
}

/** Outside the demo nobody is signed in by himself, and the page shows no data. */
async function demoCaller(
  deps: Pick<HttpDeps, 'settings' | 'phase' | 'autoUser'>,
): Promise<Caller | null> {
  if (!deps.settings.demo || deps.phase() !== 'ready') return null;
  return (await deps.autoUser?.()) ?? null;
}

async function readHome(
  deps: Pick<HttpDeps, 'tenants' | 'actions'>,
  caller: Caller,
): Promise<HomeData> {
  const { workspaceId } = caller;
  const rows = deps.tenants.of(workspaceId);
  const scheduler = await deps.actions.schedulerStatus();
  const runs = await listRuns(rows, workspaceId, { limit: 1 });
  const latest = await listMeetings(rows, workspaceId, {
    filter: { withVanished: false, from: await rows.clock() },
    newestFirst: false,
    limit: LATEST,
  });
  return {
    scheduler,
    stats: await readStats(rows, workspaceId),
    connections: await listConnections(rows, caller, scheduler),
    lastRun: runs.rows[0] ?? null,
    upcoming: latest.rows,
  };
}
