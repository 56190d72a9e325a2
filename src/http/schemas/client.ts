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
    source: z.string().describe('`utm_source` of the first booking, else where it came from.'),
    first_meeting_at: time.nullable(),
    last_meeting_at: time.nullable(),
    next_meeting_at: time.nullable(),
    meetings_count: z.number(),
    documents_count: z.number(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Client' });

export const clientDetailSchema = clientSchema
  .extend({
    answers: z
      .array(
        z.object({ question: z.string(), answer: z.string(), meeting_id: id.nullable(), at: time }),
      )
      .describe('The newest answer to each question.'),
  })
  .meta({ id: 'ClientDetail' });

export const similarSchema = z
  .object({
    id,
    name: z.string().nullable(),
    emails: z.array(z.string()),
    same_name: z.boolean(),
    same_domain: z.boolean().describe('Has an address at the same company.'),
  })
  .meta({ id: 'SimilarClient' });

export const timelineSchema = z
  .object({
    kind: z.enum(['meeting', 'rescheduled', 'canceled', 'no_show', 'document']),
    at: time,
    subject_id: id,
    meeting_id: id.nullable(),
    to_meeting_id: id.nullable().describe('Where the meeting was moved to.'),
    document_id: id.nullable(),
    title: z.string().nullable(),
    status: z.string().nullable(),
  })
  .meta({ id: 'TimelineEntry' });

const evidence = z.record(z.string(), z.unknown());

export const reviewSchema = z
  .object({
    id,
    reason: z
      .string()
      .describe('`several_clients`, `other_name`, `learned_address` or `two_links_by_hand`.'),
    created_at: time,
    person: z.object({ name: z.string().nullable(), email: z.string().nullable() }),
    meetings: z.array(z.object({ id, start_time: time, title: z.string().nullable() })),
    candidates: z.array(
      z.object({
        client: z.object({
          id,
          name: z.string().nullable(),
          emails: z.array(z.string()),
          phones: z.array(z.string()),
        }),
        evidence,
      }),
    ),
  })
  .meta({ id: 'ClientReview' });

export const blockedSchema = z
  .object({ id, kind: z.enum(['address', 'domain']), value: z.string(), created_at: time })
  .meta({ id: 'Blocked' });
