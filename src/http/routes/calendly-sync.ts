/** POST /api/calendly/sync: one pass over the caller's connections, now. */
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { findRuns, type RunView } from '../../store/run-list.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { noQuery } from '../parameters.ts';
import { id } from '../schemas/shared.ts';

/** Contract §3: most proxies give up after 30 s. */
const WAIT_MS = 25_000;

const accepted = z.object({
  success: z.literal(true),
  message: z.string(),
  run_id: id.nullable(),
  run_ids: z.array(id),
});
const result = z.object({
  synced: z.number().describe('New meetings.'),
  updated: z.number(),
  deleted: z.number().describe('Newly canceled or vanished.'),
  unchanged: z.number(),
  errors: z.number().describe('Connections that failed.'),
});

/** Adds the route; `closing` is aborted when the server ends, and no wait outlives it. */
export function calendlySyncRoutes(
  api: Api,
  deps: Pick<HttpDeps, 'tenants' | 'actions'>,
  closing: AbortSignal,
): void {
  api.post(
    '/api/calendly/sync',
    {
      schema: {
        summary: "Sync the caller's connections now",
        description:
          'Waits up to 25 seconds, then answers 202. A call while a run goes on joins it.',
        tags: ['calendly'],
        security: BEARER,
        querystring: noQuery,
        body: z.strictObject({}).nullish(),
        response: { 200: accepted.extend({ sync_result: result }), 202: accepted },
      },
    },
    async (request, reply) => {
      const { workspaceId, userId } = callerOf(request);
      const { runIds } = await deps.actions.requestSync({ workspaceId, userId, trigger: 'api' });
      const ids = { run_id: runIds[0] ?? null, run_ids: [...runIds] };
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const signal = AbortSignal.any([closing, gone.signal]);
      if (!(await deps.actions.waitForRuns(runIds, WAIT_MS, signal))) {
        const message = 'The sync goes on in the background.';
        return reply.code(202).send({ success: true, message, ...ids });
      }
      const runs = await findRuns(rowsOf(deps, request), workspaceId, runIds);
      refuseTotalFailure(runs);
      const counts = countsOf(runs);
      const message = `Sync completed: ${counts.synced} new, ${counts.updated} updated, ${counts.deleted} deleted, ${counts.errors} errors.`;
      return reply.code(200).send({ success: true, message, sync_result: counts, ...ids });
    },
  );
}

/** Where every connection failed there is no result: the answer is the first one's error. */
function refuseTotalFailure(runs: readonly RunView[]): void {
  const [first] = runs;
  if (first === undefined || runs.some((run) => run.state !== 'failed')) return;
  throw new AppError({
    kind: 'upstream',
    code: 'sync.failed',
    message: first.error?.message ?? 'The sync failed.',
    action: first.error?.action ?? undefined,
  });
}

function countsOf(runs: readonly RunView[]): z.infer<typeof result> {
  const sum = (count: (run: RunView) => number): number =>
    runs.reduce((total, run) => total + count(run), 0);
  return {
    synced: sum((run) => run.created),
    updated: sum((run) => run.updated),
    deleted: sum((run) => run.canceled + run.vanished),
    unchanged: sum((run) => run.unchanged),
    errors: sum((run) => (run.state === 'failed' ? 1 : 0)),
  };
}
