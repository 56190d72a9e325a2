/** /api/workspace: the caller's workspace, its name, and its end. */
import { z } from 'zod';
import { appendAudit } from '../../store/audit.ts';
import type { Sql } from '../../store/db.ts';
import { findWorkspaceName, renameWorkspace } from '../../store/workspaces.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, doerOf, requireAdmin, rowsOf, starting } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { idsOf } from '../ids.ts';
import { noQuery } from '../parameters.ts';
import { UNAUTHENTICATED } from '../problem.ts';
import { invalidRequest } from '../refusals.ts';
import { nameText } from '../schemas/account.ts';

const workspaceSchema = z.object({ id: z.string(), name: z.string() });
const TAGS = ['accounts'];

/** Adds the routes. */
export function workspaceRoutes(
  api: Api,
  deps: Pick<HttpDeps, 'tenants' | 'clock' | 'random' | 'workspace'>,
): void {
  const schema = { tags: TAGS, security: BEARER, querystring: noQuery };

  api.get(
    '/api/workspace',
    {
      schema: { ...schema, summary: "The caller's workspace", response: { 200: workspaceSchema } },
    },
    async (request) => view(rowsOf(deps, request), callerOf(request).workspaceId),
  );

  api.patch(
    '/api/workspace',
    {
      schema: {
        ...schema,
        summary: 'Rename the workspace (admins)',
        body: z.strictObject({ name: nameText }),
        response: { 200: workspaceSchema },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      requireAdmin(caller);
      const { workspaceId } = caller;
      return rowsOf(deps, request).tx(async (tx) => {
        await renameWorkspace(tx, { id: workspaceId, name: request.body.name });
        const entry = { workspaceId, ...doerOf(request), action: 'workspace.renamed' };
        await appendAudit(tx, entry, idsOf(deps));
        return view(tx, workspaceId);
      });
    },
  );

  api.delete(
    '/api/workspace',
    {
      schema: {
        ...schema,
        summary: 'Delete the workspace with all its data (admins)',
        description:
          'Cannot be undone. `confirm` is the name of the workspace. Everybody is signed out and every account unlinked at once; rows, documents and what is at Calendly go in the background.',
        querystring: z.strictObject({ confirm: z.string({ error: 'must be the name' }) }),
        response: { 202: z.object({ success: z.literal(true), message: z.string() }) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      requireAdmin(caller);
      const { name } = await view(rowsOf(deps, request), caller.workspaceId);
      if (request.query.confirm !== name) {
        throw invalidRequest([
          { field: 'confirm', message: 'must be the exact name of the workspace' },
        ]);
      }
      if (deps.workspace === undefined) throw starting();
      await deps.workspace.remove(caller.workspaceId);
      const message = 'The workspace is deleted; its data is being removed.';
      return reply.code(202).send({ success: true, message });
    },
  );
}

async function view(rows: Sql, id: string): Promise<z.input<typeof workspaceSchema>> {
  const name = await findWorkspaceName(rows, id);
  // deleted since the request was let in
  if (name === undefined) throw UNAUTHENTICATED;
  return { id, name };
}
