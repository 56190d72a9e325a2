/** Calendly's words as they come over the wire: tolerant of what is new or missing, strict on times, statuses and own URIs. */
import { z } from 'zod';

import type { JsonObject } from '../domain/json.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import { parseTimestamp } from '../domain/timestamp.ts';
import type { UriKind } from './uri.ts';
import { isUri, LONGEST_URI } from './uri.ts';

/** PostgreSQL's integer, for counters and minutes. */
const LARGEST_INTEGER = 2_147_483_647;
/** Folded e-mail addresses are index keys; RFC 5321 ends at 254. */
const LONGEST_EMAIL = 320;
/** Longer tokens would not fit into a request line. */
const LONGEST_TOKEN = 4096;

// Keys that old or trimmed payloads lack count as null; unknown keys are left out here, `raw` keeps them.
const text = z.string().nullish();
const count = z.int().min(0).max(LARGEST_INTEGER).nullish();
const email = z.string().max(LONGEST_EMAIL, 'is longer than an address can be');
const reference = z.string().max(LONGEST_URI, 'is longer than a URI can be').nullish();
const object = z.custom<JsonObject>(isObject, 'is no object').nullish();
const time = z.string().transform((value, context): Timestamp => {
  const timestamp = parseTimestamp(value);
  if (timestamp !== undefined) return timestamp;
  context.addIssue({ code: 'custom', message: 'is no RFC 3339 time between 1970 and 2100' });
  return z.NEVER;
});
const status = z.enum(['active', 'canceled'], 'is neither active nor canceled');

const cancellation = z
  .object({
    canceled_by: text,
    reason: text,
    canceler_type: text,
    created_at: time.nullish(),
  })
  .nullish();

export const eventSchema = z.object({
  uri: uriOf('scheduled_events'),
  name: text,
  meeting_notes_plain: text,
  meeting_notes_html: text,
  status,
  start_time: time,
  end_time: time,
  event_type: reference,
  location: object,
  invitees_counter: z.object({ total: count, active: count, limit: count }).nullish(),
  created_at: time,
  updated_at: time,
  event_memberships: z
    .array(
      z.object({
        user: z.string().max(LONGEST_URI, 'is longer than a URI can be'),
        user_email: text,
        user_name: text,
      }),
    )
    .nullish(),
  event_guests: z
    .array(z.object({ email, created_at: time.nullish(), updated_at: time.nullish() }))
    .nullish(),
  cancellation,
  calendar_event: object,
});

export const inviteeSchema = z.object({
  uri: uriOf('invitees'),
  event: reference,
  email: email.nullish(),
  name: text,
  first_name: text,
  last_name: text,
  status,
  timezone: text,
  questions_and_answers: z
    .array(z.object({ question: text, answer: text, position: z.number().nullish() }))
    .nullish(),
  tracking: object,
  // amount is a string by the specification and a number in the examples: kept as it comes
  payment: object,
  no_show: z.object({ uri: reference, created_at: time.nullish() }).nullish(),
  rescheduled: z.boolean().nullish(),
  old_invitee: reference,
  new_invitee: reference,
  cancellation,
  reconfirmation: object,
  scheduling_method: text,
  text_reminder_number: text,
  cancel_url: text,
  reschedule_url: text,
  routing_form_submission: reference,
  created_at: time,
  updated_at: time,
});

export const eventTypeSchema = z.object({
  uri: uriOf('event_types'),
  name: text,
  active: z.boolean().nullish(),
  slug: text,
  scheduling_url: text,
  duration: count,
  kind: text,
  pooling_type: text,
  type: text,
  profile: z.object({ owner: reference }).nullish(),
  deleted_at: time.nullish(),
  created_at: time.nullish(),
  updated_at: time.nullish(),
});

export const userSchema = z.object({
  uri: uriOf('users'),
  name: text,
  email,
  current_organization: reference,
  timezone: text,
  scheduling_url: text,
});

export const organizationSchema = z.object({
  uri: uriOf('organizations'),
  name: text,
  plan: text,
  stage: text,
});

export const membershipSchema = z.object({
  uri: uriOf('organization_memberships'),
  role: z.string(),
  organization: reference,
  user: z.object({ uri: uriOf('users'), email, name: text }),
});

export const submissionSchema = z.object({
  uri: uriOf('routing_form_submissions'),
  routing_form: reference,
  submitter: reference,
  created_at: time,
  updated_at: time,
});

export const subscriptionSchema = z.object({
  uri: uriOf('webhook_subscriptions'),
  callback_url: z.string(),
  state: z.string(),
  events: z.array(z.string()),
  scope: text,
  user: reference,
  organization: reference,
  retry_started_at: time.nullish(),
});

/** A list's envelope. The token has to be there: only an explicit null is the end of a list. */
export const pageSchema = z.object({
  collection: z.array(z.unknown()),
  pagination: z.object({ next_page_token: z.string().min(1).max(LONGEST_TOKEN).nullable() }),
});

export const resourceSchema = z.object({ resource: z.custom<JsonObject>(isObject) });

export type WireEvent = z.input<typeof eventSchema>;
export type WireInvitee = z.input<typeof inviteeSchema>;
export type WireEventType = z.input<typeof eventTypeSchema>;
export type WireUser = z.input<typeof userSchema>;
export type WireOrganization = z.input<typeof organizationSchema>;
export type WireMembership = z.input<typeof membershipSchema>;

function uriOf(kind: UriKind): z.ZodType<string, string> {
  return z.string().refine((value) => isUri(kind, value), `is no URI of the kind ${kind}`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
