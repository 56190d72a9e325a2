/** `/` and its stylesheet: a plain page that says whether the sync works; the demo shows its data there. */
import type { Caller } from '../../accounts/caller.ts';
import { listConnections } from '../../store/connection-list.ts';
import { listMeetings } from '../../store/meeting-list.ts';
import { listRuns } from '../../store/run-list.ts';
import { readStats } from '../../store/stats.ts';
import type { Api } from '../api.ts';
import type { HttpDeps } from '../deps.ts';
import { isFromThisMachine } from '../host.ts';
import { renderHome, type HomeData } from '../home-page.ts';
import { STYLESHEET } from '../home-style.ts';

const LATEST = 12;

/** Adds the routes; they are pages, not API, and stay out of the OpenAPI page. */
export function homeRoutes(
  api: Api,
  deps: Pick<HttpDeps, 'db' | 'actions' | 'settings' | 'phase' | 'autoUser'>,
): void {
  api.get('/', { schema: { hide: true } }, async (request, reply) => {
    const caller = isFromThisMachine(request) ? await demoCaller(deps) : null;
    const html = renderHome({
      demo: deps.settings.demo,
      phase: deps.phase(),
      data: caller === null ? null : await readHome(deps, caller),
    });
    return reply.type('text/html; charset=utf-8').send(html);
  });

  api.get('/style.css', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(STYLESHEET),
  );
}

/** Outside the demo nobody is signed in by himself, and the page shows no data. */
async function demoCaller(
  deps: Pick<HttpDeps, 'settings' | 'phase' | 'autoUser'>,
): Promise<Caller | null> {
  if (!deps.settings.demo || deps.phase() !== 'ready') return null;
  return (await deps.autoUser?.()) ?? null;
}

async function readHome(deps: Pick<HttpDeps, 'db' | 'actions'>, caller: Caller): Promise<HomeData> {
  const { workspaceId } = caller;
  const scheduler = await deps.actions.schedulerStatus();
  const runs = await listRuns(deps.db, workspaceId, { limit: 1 });
  const latest = await listMeetings(deps.db, workspaceId, {
    filter: { withVanished: false, from: await deps.db.clock() },
    newestFirst: false,
    limit: LATEST,
  });
  return {
    scheduler,
    stats: await readStats(deps.db, workspaceId),
    connections: await listConnections(deps.db, caller, scheduler),
    lastRun: runs.rows[0] ?? null,
    upcoming: latest.rows,
  };
}
