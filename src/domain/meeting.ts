/** What a meeting is here: the facts that Calendly states of one scheduled event. */
import type { Json, JsonObject } from './json.ts';
import type { Timestamp } from './timestamp.ts';

export type MeetingStatus = 'active' | 'canceled';

/** A host as the meeting's row keeps it; buffers stay in `raw`. */
export interface Host {
  user_uri: string;
  email: string | null;
  name: string | null;
}

export interface Guest {
  email: string;
  created_at: Timestamp | null;
  updated_at: Timestamp | null;
}

/** `by` is a name, never a URI (that is all Calendly gives). */
export interface Cancellation {
  by: string | null;
  reason: string | null;
  canceler_type: string | null;
  at: Timestamp | null;
}

export interface MeetingFacts {
  /** Calendly's URI, whole and opaque: the key. */
  uri: string;
  title: string | null;
  status: MeetingStatus;
  startTime: Timestamp;
  endTime: Timestamp;
  eventTypeUri: string | null;
  location: JsonObject | null;
  hosts: Host[];
  guests: Guest[];
  inviteesTotal: number | null;
  inviteesActive: number | null;
  inviteesLimit: number | null;
  cancellation: Cancellation | null;
  notesPlain: string | null;
  notesHtml: string | null;
  /** `undefined` where the source (a webhook) does not carry it: the row keeps what it has. */
  calendarEvent: Json | undefined;
  calendlyCreatedAt: Timestamp;
  /** Calendly's `updated_at`, the source's own clock. */
  sourceUpdatedAt: Timestamp;
}

/** What an item needs beside its facts to be written and compared. */
export interface Observed {
  /** Calendly's JSON, every field, storable in jsonb. */
  raw: JsonObject;
  /** The exact JSON text where `raw` had to replace characters, else null. */
  rawExact: string | null;
  /** Hash of the facts that every source carries: what a delivery is compared by. */
  coreHash: string;
  /** Hash of the whole JSON: what an API read is compared by. */
  fullHash: string;
  /** Oddities kept for the operator: `text_replaced`, `ends_before_start`, `updated_in_future` … */
  flags: string[];
}

export interface ObservedMeeting extends MeetingFacts, Observed {
  /** Hash of what moves when invitees may have changed; a new one queues an invitee read. */
  fingerprint: string;
}
