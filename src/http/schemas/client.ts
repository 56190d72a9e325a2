/** A client in JSON. */
import { z } from 'zod';
import { id, time } from './shared.ts';

export const clientSchema = z
  .object({
    id,
    name: z.string().nullable(),
    emails: z.array(z.string()),
    phones: z.array(z.string()),
    notes: z.string().nullable(),
    tags: z.array(z.string()),
    source: z.string(),
    first_meeting_at: time.nullable(),
    last_meeting_at: time.nullable(),
    next_meeting_at: time.nullable(),
    meetings_count: z.number(),
    documents_count: z.number(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Client' });
