/** GET /api/audit: who did what in the workspace. */
import { z } from 'zod';
import { listAudit } from '../../store/audit.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, requireAdmin, rowsOf } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { pageById } from '../id-pages.ts';
import { cursor, limit } from '../parameters.ts';
import { auditSchema } from '../schemas/account.ts';
import { pageSchema } from '../schemas/shared.ts';

/** Adds the route. */
export function auditRoutes(api: Api, deps: Pick<HttpDeps, 'tenants' | 'secrets'>): void {
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
      const scope = { key: deps.secrets.cursor, workspaceId, list: 'audit', filter: {} };
      return pageById(scope, request.query, (page) =>
        listAudit(rowsOf(deps, request), workspaceId, page),
      );
    },
  );
}
