/** Drift in JSON: what the newest proofs say, and the proofs before them. */
import { z } from 'zod';
import { failure, id, time } from './shared.ts';

const checked = z.object({ meetings: z.number(), invitees: z.number() });

const check = z
  .object({
    id,
    connection_id: id,
    trigger: z
      .enum(['command', 'api', 'daily'])
      .describe('`daily` reads the invitees of one thirtieth of the meetings, the others all.'),
    checked_at: time,
    complete: z.boolean(),
    checked,
    missing: z.number(),
    extra: z.number(),
    different: z.number(),
    requests: z.number(),
    repaired: z.boolean().describe('What it found was mended; the next proof says what is left.'),
    error: failure.nullable().describe('What kept it from being complete.'),
  })
  .meta({ id: 'DriftCheck' });

export const driftSchema = z
  .object({
    complete: z
      .boolean()
      .describe('Whether every connection was proven, and all that its proof asked for was read.'),
    checked,
    missing: z.array(z.string()).describe('URIs that Calendly has and no row.'),
    extra: z.array(z.string()).describe('URIs that a row has and Calendly not.'),
    different: z.array(z.object({ uri: z.string(), fields: z.array(z.string()) })),
    requests: z.number(),
    checked_at: time
      .nullable()
      .describe('The oldest of the newest proofs of each connection; null before the first.'),
    history: z.array(check).describe('Newest first.'),
  })
  .meta({ id: 'Drift' });

export type DriftAnswer = z.infer<typeof driftSchema>;
