/** Calendly's event type as ours: the kind of meeting that people book, deleted ones included. */
import type { ObservedEventType } from '../domain/event-type.ts';
import type { Parsed, ReadContext } from './item.ts';
import { heldToNow, readItem } from './item.ts';
import { eventTypeSchema } from './wire.ts';

/** Reads one event type: `/event_types`, `/event_types/ID` or a delivery's payload. Never throws. */
export function toEventType(item: unknown, context: ReadContext): Parsed<ObservedEventType> {
  return readItem(item, eventTypeSchema, (type, read) => ({
    uri: type.uri,
    name: type.name ?? null,
    active: type.active ?? null,
    slug: type.slug ?? null,
    schedulingUrl: type.scheduling_url ?? null,
    durationMinutes: type.duration ?? null,
    kind: type.kind ?? null,
    poolingType: type.pooling_type ?? null,
    type: type.type ?? null,
    ownerUri: type.profile?.owner ?? null,
    deletedAt: type.deleted_at ?? null,
    calendlyCreatedAt: type.created_at ?? null,
    sourceUpdatedAt:
      type.updated_at === null || type.updated_at === undefined
        ? null
        : heldToNow(type.updated_at, context.nowMs, []),
    raw: read.raw,
    rawExact: read.rawExact,
    fullHash: read.fullHash,
  }));
}
