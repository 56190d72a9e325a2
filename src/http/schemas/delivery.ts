/** A delivery in JSON. */
import { z } from 'zod';
import { id, time } from './shared.ts';

export const deliveryState = z.enum(['received', 'done', 'ignored', 'quarantined', 'dead']);

export const deliverySchema = z
  .object({
    id,
    subscription_id: id.nullable().describe('Null for the path without an id.'),
    connection_id: id,
    event: z.string().nullable().describe('As Calendly names it; null until it was read.'),
    received_at: time,
    state: deliveryState,
    reason: z.string().nullable(),
    attempts: z.number(),
    times: z.number().describe('How often the same bytes came.'),
    flags: z.array(z.string()),
    worked_at: time.nullable(),
  })
  .meta({ id: 'Delivery' });
