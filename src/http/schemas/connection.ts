/** A connection in JSON. */
import { z } from 'zod';
import { failure, id, time } from './shared.ts';

const text = z.string().nullable();

const preflightSchema = z
  .object({
    checked_at: time,
    scope: z.enum(['user', 'organization']),
    user: z.object({ uri: z.string(), name: text, email: z.string() }),
    organization: z.object({ uri: z.string(), name: text, plan: text, stage: text }).nullable(),
    role: text,
    tier: z.enum(['free', 'trial', 'paid']).nullable(),
    requests_limit: z.number().nullable(),
    checks: z.array(
      z.object({
        check: z.string(),
        state: z
          .enum(['ok', 'limited', 'missing', 'unknown'])
          .describe('`limited`: by role or plan; `missing`: another token would mend it.'),
        detail: z.string(),
        costs: text.describe('What does not work without it.'),
        action: text,
      }),
    ),
  })
  .describe('What Calendly allows, as of the last look: on connecting and by `doctor`.');

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
    preflight: preflightSchema.nullable(),
  })
  .meta({ id: 'Connection' });
