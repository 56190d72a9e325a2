/** Deliveries of invented bookings, as Calendly would send them: bytes that no two numbers share, and signed. */
import { createHmac } from 'node:crypto';

export interface BookingOf {
  /** URI of the host, who also made the subscription. */
  user: string;
  /** The same number: the same bytes. */
  number: number;
  event?: string;
  /** Number of the meeting; left out: one of its own. */
  meeting?: number;
}

/** Every meeting that is made here begins with this. */
const MEETINGS = 'https://api.calendly.com/scheduled_events/';
const BOOKED_AT = '2026-03-30T19:22:41.503817Z';

/** The raw bytes of one delivery: the payload is an invitee with its meeting. */
export function bookingBody(booking: BookingOf): Buffer {
  const { user, number, event = 'invitee.created', meeting = number } = booking;
  const uri = meetingUri(meeting);
  return Buffer.from(
    JSON.stringify({
      created_at: '2026-03-30T19:22:42.000000Z',
      created_by: user,
      event,
      payload: { ...invitee(uri, number), scheduled_event: meetingWire(uri, user) },
    }),
  );
}

export function meetingUri(number: number): string {
  return `${MEETINGS}${idOf(number)}`;
}

/** The headers with which `body` counts as genuine; `t` is in seconds since 1970. */
export function signedHeaders(body: Uint8Array, key: string, t: number): Record<string, string> {
  const mac = createHmac('sha256', key).update(`${t}.`).update(body).digest('hex');
  return {
    'content-type': 'application/json',
    'user-agent': 'Calendly',
    'calendly-webhook-signature': `t=${t},v1=${mac}`,
  };
}

function idOf(number: number): string {
  return `5f0c6d1e-7a2b-4c3d-8e4f-${number.toString(16).padStart(12, '0')}`;
}

function invitee(meeting: string, number: number) {
  const id = idOf(number);
  return {
    cancel_url: `https://calendly.com/cancellations/${id}`,
    created_at: BOOKED_AT,
    email: `visitor-${number}@visitor.example`,
    event: meeting,
    first_name: null,
    invitee_scheduled_by: null,
    last_name: null,
    name: `Visitor ${number}`,
    new_invitee: null,
    no_show: null,
    old_invitee: null,
    payment: null,
    questions_and_answers: [
      { answer: 'Stoneware', position: 0, question: 'Which clay?' },
      { answer: 'Cone 6\nCone 10', position: 1, question: 'Which firings?' },
    ],
    reconfirmation: null,
    reschedule_url: `https://calendly.com/reschedulings/${id}`,
    rescheduled: false,
    routing_form_submission: null,
    scheduling_method: null,
    status: 'active',
    text_reminder_number: null,
    timezone: 'Europe/Brussels',
    tracking: {
      utm_campaign: null,
      utm_source: null,
      utm_medium: null,
      utm_content: null,
      utm_term: null,
      salesforce_uuid: null,
    },
    updated_at: BOOKED_AT,
    uri: `${meeting}/invitees/${id}`,
  };
}

function meetingWire(uri: string, user: string) {
  return {
    created_at: BOOKED_AT,
    end_time: '2026-04-14T07:45:00.000000Z',
    event_guests: [],
    event_memberships: [{ user, user_email: 'host@workshop.example', user_name: 'Ilse Brandt' }],
    event_type: 'https://api.calendly.com/event_types/9a4e8fba-f3d1-4208-86bf-e19cadbecfd9',
    invitees_counter: { active: 1, limit: 1, total: 1 },
    location: {
      additional_info: 'Second courtyard',
      location: 'Kiln Street 9',
      type: 'physical',
    },
    meeting_notes_html: null,
    meeting_notes_plain: null,
    name: 'Kiln check',
    start_time: '2026-04-14T07:00:00.000000Z',
    status: 'active',
    updated_at: BOOKED_AT,
    uri,
  };
}
