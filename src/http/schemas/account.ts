/** Schemas of accounts: who is signed in, members, invitations, tokens, the audit trail. */
import { z } from 'zod';
import { text } from '../parameters.ts';
import { id, time } from './shared.ts';

export const role = z.enum(['admin', 'member']);

/** Compared with the users' addresses, or refused by them: here only text that is not endless. */
export const emailText = text(320).trim().min(1, 'must not be blank');
/** Longer than any password that is taken, so that its own refusal is seen. */
export const passwordText = text(2000).min(1, 'must not be blank');
export const nameText = text(200).trim().min(1, 'must not be blank');
export const keyText = text(200);

export const accountSchema = z.object({
  user: z.object({ id, email: z.string(), name: z.string().nullable(), role }),
  role,
  workspace: z.object({ id, name: z.string() }),
  csrf_token: z
    .string()
    .nullable()
    .describe('To be sent as `X-CSRF-Token` with what changes something; null for a bearer token.'),
  insecure: z
    .boolean()
    .describe(
      'The connection is plain http from another machine: passwords can be read on the way.',
    ),
});

export const memberSchema = z.object({
  id,
  email: z.string(),
  name: z.string().nullable(),
  role,
  has_password: z.boolean(),
  created_at: time,
  last_seen_at: time.nullable(),
});

export const link = z.string().describe('Works once; it is never shown again.');

export const invitationSchema = z.object({
  id,
  email: z.string(),
  role,
  created_at: time,
  expires_at: time,
});

export const tokenSchema = z.object({
  id,
  user_id: id,
  email: z.string(),
  name: z.string().nullable(),
  created_at: time,
  expires_at: time,
});

export const auditSchema = z.object({
  id,
  at: time,
  actor_id: id.nullable().describe('Null: a command on the machine, or nobody who is known.'),
  actor_email: z.string().nullable(),
  action: z.string(),
  subject: z.string().nullable(),
  address: z.string().nullable().describe('Network address that the request came from.'),
  detail: z.record(z.string(), z.unknown()),
});
