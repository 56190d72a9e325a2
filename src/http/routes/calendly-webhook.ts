/** GET /api/calendly/webhook/test: what is true of webhooks here, without a login. */
import { z } from 'zod';
import type { Api } from '../api.ts';
import type { HttpDeps } from '../deps.ts';
import { noQuery } from '../parameters.ts';

/** Adds the route. */
export function calendlyWebhookRoutes(api: Api, deps: Pick<HttpDeps, 'settings'>): void {
  const { publicUrl } = deps.settings;
  const answer = {
    success: true as const,
    message: 'Webhooks are not received by this version: Calendly is polled on the schedule.',
    url: publicUrl === null ? null : `${publicUrl}/api/calendly/webhook`,
    configured: false,
    instructions: [
      'Nothing has to be set up: the app asks Calendly for changes on its schedule, and `POST /api/calendly/sync` asks at once.',
      'Calendly has no page for webhooks; subscriptions are made with its API only. Do not point one here yet: deliveries would be refused, and Calendly disables a subscription after 24 hours of failures.',
    ],
  };
  api.get(
    '/api/calendly/webhook/test',
    {
      schema: {
        summary: 'What is true of webhooks here',
        tags: ['calendly'],
        querystring: noQuery,
        response: {
          200: z.object({
            success: z.literal(true),
            message: z.string(),
            url: z.string().nullable(),
            configured: z.boolean(),
            instructions: z.array(z.string()),
          }),
        },
      },
    },
    async () => answer,
  );
}
