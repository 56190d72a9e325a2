/** A run in JSON. */
import { z } from 'zod';
import { failure, id, time } from './shared.ts';

export const runSchema = z
  .object({
    id,
    connection_id: id,
    trigger: z.string(),
    state: z.enum(['queued', 'running', 'done', 'partial', 'failed']),
    queued_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    created: z.number(),
    updated: z.number(),
    canceled: z.number(),
    unchanged: z.number(),
    vanished: z.number(),
    requests: z.number(),
    error: failure.nullable(),
  })
  .meta({ id: 'Run' });
