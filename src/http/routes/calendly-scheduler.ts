/** /api/calendly/scheduler: whether the automatic sync is alive, and a push for the whole workspace. */
import { z } from 'zod';
import { BEARER, type Api } from '../api.ts';
import { callerOf, requireAdmin } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { noQuery } from '../parameters.ts';
import { id, time } from '../schemas/shared.ts';

const scheduler = z.object({
  isRunning: z.boolean(),
  scheduledTasks: z.array(
    z.object({
      name: z.string(),
      schedule: z.string(),
      cron: z.string(),
      next_run_at: time.nullable(),
      last_run_at: time.nullable(),
    }),
  ),
  calendlyConfigured: z.boolean(),
});

/** Adds the routes. */
export function calendlySchedulerRoutes(api: Api, deps: Pick<HttpDeps, 'actions'>): void {
  api.get(
    '/api/calendly/scheduler/status',
    {
      schema: {
        summary: 'The automatic sync',
        tags: ['calendly'],
        security: BEARER,
        querystring: noQuery,
        response: { 200: z.object({ success: z.literal(true), scheduler }) },
      },
    },
    async () => {
      const status = await deps.actions.schedulerStatus();
      return {
        success: true as const,
        scheduler: {
          isRunning: status.isRunning,
          scheduledTasks: [
            {
              name: 'Calendly Sync',
              schedule: status.schedule,
              cron: status.cron,
              next_run_at: status.nextRunAt,
              last_run_at: status.lastRunAt,
            },
          ],
          calendlyConfigured: status.calendlyConfigured,
        },
      };
    },
  );

  api.post(
    '/api/calendly/scheduler/trigger',
    {
      schema: {
        summary: 'Sync all users of the workspace in the background (admins)',
        tags: ['calendly'],
        security: BEARER,
        querystring: noQuery,
        body: z.strictObject({}).nullish(),
        response: {
          200: z.object({ success: z.literal(true), message: z.string(), run_ids: z.array(id) }),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      requireAdmin(caller);
      const { runIds } = await deps.actions.triggerAll(caller.workspaceId);
      return {
        success: true as const,
        message: 'Automatic sync triggered in background',
        run_ids: [...runIds],
      };
    },
  );
}
