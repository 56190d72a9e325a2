/** Where a meeting takes place, in each shape that Calendly is known to send. */
import { createHash } from 'node:crypto';
import type { JsonObject } from './records.ts';

const CONFERENCES = new Set([
  'google_conference',
  'zoom_conference',
  'microsoft_teams_conference',
  'webex_conference',
  'gotomeeting',
]);

/** The finished location of `kind` for the event with this id; unknown kinds keep their name. */
export function makeLocation(kind: string, eventId: string): JsonObject | null {
  const digits = BigInt(`0x${createHash('sha256').update(eventId).digest('hex').slice(0, 12)}`);
  const number = String(digits % 10_000_000_000n).padStart(10, '0');
  const pushed = { type: kind, status: 'pushed' };
  switch (kind) {
    case 'none':
      return null;
    case 'physical':
      return { type: kind, location: '12 Orchard Lane, Bath BA1 2AB', additional_info: '' };
    case 'custom':
      return { type: kind, location: 'The café on the corner, table by the window' };
    case 'ask_invitee':
      return { type: kind, location: 'At my office: 4 Quay Street, third floor' };
    case 'inbound_call':
      return { type: kind, location: '+44 1632 960115', additional_info: 'Ask for Amelia' };
    case 'outbound_call':
      return { type: kind, location: '+44 7700 900142' };
    case 'google_conference':
      return { ...pushed, join_url: `https://calendly.com/events/${eventId}/google_meet` };
    case 'zoom_conference':
      return {
        ...pushed,
        join_url: `https://us02web.zoom.us/j/${number}?pwd=${number.slice(0, 6)}`,
        data: {
          id: Number(number),
          settings: {
            global_dial_in_numbers: [
              { number: '+44 131 460 1196', country: 'GB', type: 'toll', country_name: 'UK' },
            ],
          },
          extra: { intl_numbers_url: 'https://us02web.zoom.us/u/kdemo' },
          password: number.slice(0, 6),
        },
      };
    case 'microsoft_teams_conference':
      return {
        ...pushed,
        join_url: `https://teams.microsoft.com/l/meetup-join/${number}`,
        data: { id: number, audioConferencing: null },
      };
    case 'webex_conference':
      return {
        ...pushed,
        join_url: `https://hartlowe.webex.com/hartlowe/j.php?MTID=m${number}`,
        data: { id: `m${number}`, telephony: { callInNumbers: [] }, password: 'Demo2Room' },
      };
    case 'gotomeeting':
      return {
        ...pushed,
        join_url: `https://www.gotomeeting.com/join/${number}`,
        data: { uniqueMeetingId: Number(number), conferenceCallInfo: 'UK: +44 20 3713 5011' },
      };
    default:
      return { type: kind, location: null, seats: 2 };
  }
}

/** The same location before the calendar push: Google already has its link, the others get it later. */
export function beforePush(location: JsonObject | null): JsonObject | null {
  const type = location?.['type'];
  if (location === null || typeof type !== 'string' || !CONFERENCES.has(type)) return location;
  if (type === 'google_conference') return { ...location, status: 'processing' };
  return { type, status: 'processing', join_url: null, data: null };
}
