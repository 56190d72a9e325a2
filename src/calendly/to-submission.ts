/** Calendly's routing form submission as ours. */
import type { ObservedSubmission } from '../domain/submission.ts';
import { type Parsed, readItem } from './item.ts';
import { submissionSchema } from './wire.ts';

/** Reads the payload of `routing_form_submission.created`. Never throws. */
export function toSubmission(item: unknown): Parsed<ObservedSubmission> {
  return readItem(item, submissionSchema, (submission, read) => ({
    uri: submission.uri,
    routingFormUri: submission.routing_form ?? null,
    submitterUri: submission.submitter ?? null,
    calendlyCreatedAt: submission.created_at,
    sourceUpdatedAt: submission.updated_at,
    raw: read.raw,
    rawExact: read.rawExact,
  }));
}
