/** Meetings as an iCalendar feed (RFC 5545). */
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import type { MeetingView } from '../store/meeting-view.ts';

/** How often calendars should come back (RFC 7986 §5.7). */
const REFRESH_S = 900;

/** The whole feed. Times are UTC: a time zone beside a JavaScript date would move them. */
export function renderCalendar(meetings: readonly MeetingView[]): string {
  const calendar = ical({
    name: 'Calendly meetings',
    prodId: { company: 'calendly-sync', product: 'meetings', language: 'EN' },
    method: ICalCalendarMethod.PUBLISH,
    ttl: REFRESH_S,
  });
  for (const meeting of meetings) {
    const isCanceled = meeting.status === 'canceled';
    calendar.createEvent({
      id: `${meeting.id}@calendly-sync`,
      start: meeting.start_time,
      end: meeting.end_time,
      stamp: meeting.updated_at,
      lastModified: meeting.updated_at,
      summary: titleOf(meeting),
      description: descriptionOf(meeting),
      location: locationOf(meeting),
      url: linkOf(meeting),
      status: isCanceled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    });
  }
  return calendar.toString();
}

function titleOf({ title, invitees }: MeetingView): string {
  const names = invitees
    .filter(({ status }) => status === 'active')
    .map(({ name, email }) => name ?? email)
    .filter((name) => name !== null);
  return names.length === 0 ? title : `${title}: ${names.join(', ')}`;
}

function descriptionOf(meeting: MeetingView): string {
  const people = meeting.invitees.map(({ name, email }) =>
    [name, email].filter(Boolean).join(', '),
  );
  const link = linkOf(meeting);
  return [...people, ...(link === null ? [] : [link])].join('\n');
}

function locationOf({ location }: MeetingView): string {
  const place = location?.['location'] ?? location?.['join_url'];
  return typeof place === 'string' ? place : '';
}

/** Only what a browser may follow; an invitee may have written anything there. */
function linkOf({ location }: MeetingView): string | null {
  const url = location?.['join_url'];
  return typeof url === 'string' && /^https?:\/\//.test(url) ? url : null;
}
