/** What a submission of a routing form is here. */
import type { JsonObject } from './json.ts';
import type { Timestamp } from './timestamp.ts';

export interface ObservedSubmission {
  uri: string;
  routingFormUri: string | null;
  /** The invitee who booked, where the form led to a booking. */
  submitterUri: string | null;
  calendlyCreatedAt: Timestamp;
  sourceUpdatedAt: Timestamp;
  raw: JsonObject;
  rawExact: string | null;
}
