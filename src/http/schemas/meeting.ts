/** A meeting in JSON. */
import { z } from 'zod';
import { calendlyJson, id, time } from './shared.ts';

const status = z.enum(['active', 'canceled']);

const invitee = z
  .object({
    id,
    calendly_uri: z.string(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    status,
    timezone: z.string().nullable(),
    client_id: id.nullable(),
    link_rule: z
      .string()
      .nullable()
      .describe(
        '`manual`, `email`, `phone`, `series`; `review` where a user has to decide; else why it is nobody’s client.',
      ),
    link_evidence: calendlyJson.nullable().describe('What the link rests on.'),
    answers: z.array(
      z.object({ question: z.string(), answer: z.string(), position: z.number().nullable() }),
    ),
    tracking: calendlyJson.nullable(),
    payment: calendlyJson.nullable(),
    no_show: z.boolean(),
    rescheduled: z.boolean(),
    rescheduled_from: z.string().nullable().describe('Calendly URI of the invitee before.'),
    rescheduled_to: z.string().nullable().describe('Calendly URI of the invitee after.'),
  })
  .meta({ id: 'Invitee' });

export const meetingSchema = z
  .object({
    id,
    calendly_uri: z.string(),
    title: z.string(),
    status,
    start_time: time,
    end_time: time,
    location: calendlyJson.nullable(),
    hosts: z.array(
      z.object({
        user_uri: z.string(),
        email: z.string().nullable(),
        name: z.string().nullable(),
        user_id: id.nullable(),
      }),
    ),
    invitees: z.array(invitee),
    clients: z.array(z.object({ id, name: z.string().nullable(), emails: z.array(z.string()) })),
    event_type: z.object({ uri: z.string(), name: z.string().nullable() }).nullable(),
    cancellation: z
      .object({
        by: z.string().nullable(),
        reason: z.string().nullable(),
        at: time.nullable(),
        canceler_type: z.string().nullable(),
      })
      .nullable(),
    series_id: id.nullable(),
    rescheduled_from: id.nullable(),
    rescheduled_to: id.nullable(),
    no_show: z.boolean().describe('Every active invitee is one.'),
    guests: z.array(
      z.object({ email: z.string(), created_at: time.nullable(), updated_at: time.nullable() }),
    ),
    documents_count: z.number(),
    notes: z.string().nullable(),
    notes_updated_at: time.nullable(),
    vanished_at: time.nullable(),
    created_at: time,
    updated_at: time,
    synced_at: time,
    synced: z
      .boolean()
      .describe('Whether an account that is still linked has seen it: else it stays as it was.'),
  })
  .meta({ id: 'Meeting' });
