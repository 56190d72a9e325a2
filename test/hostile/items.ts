/** An honest meeting, invitee and event type as Calendly would send them, to be spoiled field by field. */
import type { WireEvent, WireEventType, WireInvitee } from '../../src/calendly/wire.ts';

const MEETING = 'https://api.calendly.com/scheduled_events/0c5f2f5e-6a1b-4a53-9d0e-5b7f3c1f7a10';

export const meetingItem: WireEvent = {
  uri: MEETING,
  name: 'Garden visit',
  meeting_notes_plain: null,
  meeting_notes_html: null,
  status: 'active',
  start_time: '2026-03-10T14:00:00.000000Z',
  end_time: '2026-03-10T14:30:00.000000Z',
  event_type: 'https://api.calendly.com/event_types/2f1c7bb0-3d5e-4a2b-8f59-0f4f6f3c2d11',
  location: { type: 'physical', location: 'Orchard Lane 4', additional_info: '' },
  invitees_counter: { total: 1, active: 1, limit: 1 },
  created_at: '2026-03-01T08:15:30.123456Z',
  updated_at: '2026-03-01T08:15:32.654321Z',
  event_memberships: [
    {
      user: 'https://api.calendly.com/users/7a4b8c1e-9f6d-4c3a-b2e1-6d5c4b3a2f10',
      user_email: 'rosa@orchard.example',
      user_name: 'Rosa Lind',
    },
  ],
  event_guests: [],
  calendar_event: { kind: 'google', external_id: 'k3j4h5g6' },
};

export const inviteeItem: WireInvitee = {
  uri: `${MEETING}/invitees/5d0e8b9a-1c2f-4e3d-9b8a-7f6e5d4c3b21`,
  event: MEETING,
  email: 'tomas@visitor.example',
  name: 'Tomás Ferreira',
  first_name: null,
  last_name: null,
  status: 'active',
  timezone: 'Europe/Lisbon',
  questions_and_answers: [{ question: 'What grows there?', answer: 'Quinces', position: 0 }],
  tracking: { utm_source: 'leaflet' },
  payment: null,
  no_show: null,
  rescheduled: false,
  old_invitee: null,
  new_invitee: null,
  reconfirmation: null,
  scheduling_method: null,
  text_reminder_number: null,
  cancel_url: 'https://calendly.com/cancellations/5d0e8b9a-1c2f-4e3d-9b8a-7f6e5d4c3b21',
  reschedule_url: 'https://calendly.com/reschedulings/5d0e8b9a-1c2f-4e3d-9b8a-7f6e5d4c3b21',
  routing_form_submission: null,
  created_at: '2026-03-01T08:15:30.223456Z',
  updated_at: '2026-03-01T08:15:30.223456Z',
};

export const eventTypeItem: WireEventType = {
  uri: 'https://api.calendly.com/event_types/2f1c7bb0-3d5e-4a2b-8f59-0f4f6f3c2d11',
  name: 'Garden visit',
  active: true,
  slug: 'garden-visit',
  scheduling_url: 'https://calendly.com/rosa/garden-visit',
  duration: 30,
  kind: 'solo',
  pooling_type: null,
  type: 'StandardEventType',
  profile: { owner: 'https://api.calendly.com/users/7a4b8c1e-9f6d-4c3a-b2e1-6d5c4b3a2f10' },
  deleted_at: null,
  created_at: '2025-11-02T10:00:00.000000Z',
  updated_at: '2025-11-02T10:00:00.000000Z',
};

/** `item` without the key. */
export function without(item: object, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([name]) => name !== key));
}

/** Lists inside each other, `levels` deep. */
export function nested(levels: number): unknown {
  return JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
}
