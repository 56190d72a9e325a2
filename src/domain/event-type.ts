/** What an event type is here: the kind of meeting that people book. */
import type { JsonObject } from './json.ts';
import type { Timestamp } from './timestamp.ts';

export interface EventTypeFacts {
  uri: string;
  name: string | null;
  active: boolean | null;
  slug: string | null;
  schedulingUrl: string | null;
  durationMinutes: number | null;
  kind: string | null;
  poolingType: string | null;
  type: string | null;
  ownerUri: string | null;
  deletedAt: Timestamp | null;
  calendlyCreatedAt: Timestamp | null;
  sourceUpdatedAt: Timestamp | null;
}

export interface ObservedEventType extends EventTypeFacts {
  raw: JsonObject;
  rawExact: string | null;
  fullHash: string;
}
