/** /api/runs: what the syncs of the workspace did. */
import { z } from 'zod';
import { isId } from '../../domain/id.ts';
import { findRuns, listRuns } from '../../store/run-list.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, rowsOf } from '../auth.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { HttpDeps } from '../deps.ts';
import { cursor, idParams, limit, noQuery } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { runSchema } from '../schemas/run.ts';
import { pageSchema } from '../schemas/shared.ts';

/** Adds the routes. */
export function runRoutes(api: Api, deps: Pick<HttpDeps, 'tenants' | 'secrets'>): void {
  api.get(
    '/api/runs',
    {
      schema: {
        summary: 'List runs, newest first',
        tags: ['runs'],
        security: BEARER,
        querystring: z.strictObject({ limit, cursor }),
        response: { 200: pageSchema(runSchema) },
      },
    },
    async (request) => {
      const { workspaceId } = callerOf(request);
      const { limit: size, cursor: given } = request.query;
      const scope = { key: deps.secrets.cursor, workspaceId, list: 'runs', filter: {} };
      const place = given === undefined ? undefined : readCursor(scope, given);
      const after = place && { queuedAt: place['at'] ?? '', id: place['id'] ?? '' };
      const page = await listRuns(rowsOf(deps, request), workspaceId, { after, limit: size });
      const last = page.more ? page.rows.at(-1) : undefined;
      return {
        data: page.rows,
        next_cursor: last ? writeCursor(scope, { at: last.queued_at, id: last.id }) : null,
      };
    },
  );

  api.get(
    '/api/runs/:id',
    {
      schema: {
        summary: 'Read a run',
        tags: ['runs'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        response: { 200: runSchema },
      },
    },
    async (request) => {
      const { workspaceId } = callerOf(request);
      const { id } = request.params;
      const [run] = isId(id) ? await findRuns(rowsOf(deps, request), workspaceId, [id]) : [];
      if (run === undefined) throw NOT_FOUND;
      return run;
    },
  );
}
