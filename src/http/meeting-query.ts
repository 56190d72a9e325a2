/** The filters of a list of meetings, as its query has them. */
import { z } from 'zod';
import type { MeetingFilter } from '../store/meeting-list.ts';
import { idFilter, instant, search, text } from './parameters.ts';
import { invalidRequest } from './refusals.ts';

/** What a list of meetings may be asked for. */
export const meetingQuery = z.strictObject({
  from: instant().describe('Start time at or after this.'),
  to: instant().describe('Start time before this.'),
  status: z.enum(['active', 'canceled'], { error: 'must be active or canceled' }).optional(),
  client_id: idFilter,
  host: text(600).optional().describe('Calendly URI, e-mail or user id of a host.'),
  event_type: text(600).optional().describe('Calendly URI of an event type.'),
  q: search,
  order: z
    .enum(['start_time', '-start_time'], { error: 'must be start_time or -start_time' })
    .default('-start_time'),
  include: z.literal('vanished', { error: 'must be vanished' }).optional(),
});

/** The filter that the query means. Throws 400 where it ends before it begins. */
export function filterOf(query: z.output<typeof meetingQuery>): MeetingFilter {
  if (query.from !== undefined && query.to !== undefined && query.from > query.to) {
    throw invalidRequest([{ field: 'from', message: 'is later than `to`' }]);
  }
  return {
    from: query.from,
    to: query.to,
    status: query.status,
    clientId: query.client_id,
    host: query.host,
    eventType: query.event_type,
    q: query.q,
    withVanished: query.include === 'vanished',
  };
}
