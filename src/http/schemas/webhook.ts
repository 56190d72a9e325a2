/** What is true of webhooks here, in JSON. */
import { z } from 'zod';
import { id, time } from './shared.ts';

const subscription = z.object({
  id,
  connection_id: id,
  scope: z.enum(['user', 'organization']),
  events: z.array(z.string()),
  state: z.string().describe('`creating`, `live` or `retiring`.'),
  calendly_state: z.string().nullable().describe("Calendly's own word: `active` or `disabled`."),
  retry_started_at: time.nullable(),
  last_delivery_at: time.nullable(),
  note: z.string().nullable(),
});

export const webhookTestSchema = z.object({
  success: z.literal(true),
  message: z.string(),
  url: z.string().nullable(),
  configured: z.boolean(),
  instructions: z.array(z.string()),
  subscriptions: z.array(subscription).optional().describe('With a token only.'),
  last_delivery_at: time.nullable().optional().describe('With a token only.'),
});
