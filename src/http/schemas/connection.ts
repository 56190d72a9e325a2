/** A connection in JSON. */
import { z } from 'zod';
import { failure, id, time } from './shared.ts';

const count = z.number().nullable();

export const connectionSchema = z
  .object({
    id,
    user_id: id,
    calendly_user_uri: z.string().nullable(),
    organization_uri: z.string().nullable(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    kind: z.enum(['token', 'oauth']),
    scope: z.enum(['user', 'organization']),
    state: z.enum(['active', 'needs_reauth', 'forbidden', 'paused', 'disconnected']),
    freshness: z.enum(['never', 'fresh', 'stale', 'failing']),
    method: z.enum(['webhook', 'polling', 'organization']),
    last_complete_at: time.nullable(),
    next_run_at: time.nullable(),
    requests: z.object({ used: count, left: count, limit: count }),
    error: failure.nullable(),
    webhook_note: z
      .string()
      .nullable()
      .describe(
        'Why there are no webhooks, or what is the matter with them; null where all is well.',
      ),
    backlog: z.number().describe('Reads that are owed to Calendly'),
    silent_changes: z
      .number()
      .describe('Meetings whose invitees had changed although no listing said so'),
    held_back: z
      .number()
      .describe('Meetings that are missing in Calendly, too many at once to be believed gone'),
  })
  .meta({ id: 'Connection' });
