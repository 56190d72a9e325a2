/** GET /api/audit: who did what in the workspace. */
import { z } from 'zod';
import { listAudit } from '../../store/audit.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, requireAdmin } from '../auth.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { HttpDeps } from '../deps.ts';
import { cursor, limit } from '../parameters.ts';
import { auditSchema } from '../schemas/account.ts';
import { pageSchema } from '../schemas/shared.ts';

/** Adds the route. */
export function auditRoutes(api: Api, deps: Pick<HttpDeps, 'db' | 'secrets'>): void {
  api.get(
    '/api/audit',
    {
      schema: {
        summary: 'List what was done in the workspace, newest first (admins)',
        tags: ['accounts'],
        security: BEARER,
        querystring: z.strictObject({ limit, cursor }),
        response: { 200: pageSchema(auditSchema) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      requireAdmin(caller);
      const { workspaceId } = caller;
      const { limit: size, cursor: given } = request.query;
      const scope = { key: deps.secrets.cursor, workspaceId, list: 'audit', filter: {} };
      const after = given === undefined ? undefined : readCursor(scope, given)['id'];
      const page = await listAudit(deps.db, workspaceId, { after, limit: size });
      const last = page.more ? page.rows.at(-1) : undefined;
      return { data: page.rows, next_cursor: last ? writeCursor(scope, { id: last.id }) : null };
    },
  );
}
