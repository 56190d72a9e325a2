/** GET /api/calendly/webhook/test: what is true of webhooks here; without a login nobody's data. */
import type { Api } from '../api.ts';
import { findCaller } from '../auth.ts';
import type { HttpDeps, WebhookStatus } from '../deps.ts';
import { noQuery } from '../parameters.ts';
import { webhookTestSchema } from '../schemas/webhook.ts';
import { webhookWords } from '../webhook-instructions.ts';

/** Adds the route. */
export function calendlyWebhookRoutes(
  api: Api,
  deps: Pick<
    HttpDeps,
    'tenants' | 'clock' | 'secrets' | 'settings' | 'hostCaller' | 'phase' | 'webhookStatus'
  >,
): void {
  const { publicUrl } = deps.settings;
  const unknown: WebhookStatus = {
    configured: false,
    url: publicUrl === null ? null : `${publicUrl}/api/calendly/webhook`,
    subscriptions: [],
    last_delivery_at: null,
  };
  api.get(
    '/api/calendly/webhook/test',
    {
      schema: {
        summary: 'What is true of webhooks here',
        description: 'Needs no login; with a token also the state of the subscriptions.',
        tags: ['calendly'],
        querystring: noQuery,
        response: { 200: webhookTestSchema },
      },
    },
    async (request) => {
      const isReady = deps.phase() !== 'starting';
      const caller = (isReady ? await findCaller(deps, request) : undefined) ?? null;
      const status = (isReady ? await deps.webhookStatus?.(caller) : undefined) ?? unknown;
      const { configured, url, subscriptions, last_delivery_at } = status;
      const words = webhookWords(url, configured);
      const answer = { success: true as const, ...words, url, configured };
      return caller === null ? answer : { ...answer, subscriptions, last_delivery_at };
    },
  );
}
