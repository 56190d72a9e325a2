/** The fields that recorded answers of the real Calendly carry, resource by resource. */

export const SHAPES: Readonly<Record<string, readonly string[]>> = {
  user: words(`
    avatar_url created_at current_organization email locale name resource_type
    scheduling_url slug time_notation timezone updated_at uri
  `),
  organization: ['created_at', 'id', 'kind', 'name', 'plan', 'stage', 'updated_at', 'uri'],
  membership: ['created_at', 'organization', 'role', 'updated_at', 'uri', 'user'],
  membershipUser: words(`
    avatar_url created_at email locale name scheduling_url slug time_notation
    timezone updated_at uri
  `),
  eventType: words(`
    active admin_managed booking_method color created_at custom_questions
    deleted_at description_html description_plain duration duration_options
    internal_note is_paid kind locale locations name pooling_type position profile
    scheduling_url secret slug type updated_at uri
  `),
  event: words(`
    calendar_event created_at end_time event_guests event_memberships event_type
    invitees_counter location meeting_notes_html meeting_notes_plain name
    start_time status updated_at uri
  `),
  host: ['buffered_end_time', 'buffered_start_time', 'user', 'user_email', 'user_name'],
  cancellation: ['canceled_by', 'canceler_type', 'created_at', 'reason'],
  invitee: words(`
    cancel_url created_at email event first_name invitee_scheduled_by last_name
    name new_invitee no_show old_invitee payment questions_and_answers
    reconfirmation reschedule_url rescheduled routing_form_submission
    scheduling_method status text_reminder_number timezone tracking updated_at uri
  `),
  subscription: words(`
    callback_url created_at creator events group organization retry_started_at
    scope state updated_at uri user
  `),
  /** Of the event inside a delivery. */
  deliveredEvent: words(`
    created_at end_time event_guests event_memberships event_type
    invitees_counter location meeting_notes_html meeting_notes_plain name
    start_time status updated_at uri
  `),
  deliveredHost: ['user', 'user_email', 'user_name'],
  submission: words(`
    created_at questions_and_answers result routing_form submitter
    submitter_type tracking updated_at uri
  `),
  noShow: ['created_at', 'invitee', 'uri'],
  pagination: words(`
    count next_page next_page_token previous_page previous_page_token
  `),
};

/** The fields of a thing in alphabetical order, `cancellation` aside: only canceled things have it. */
export function fieldsOf(thing: object): string[] {
  return Object.keys(thing)
    .filter((name) => name !== 'cancellation')
    .toSorted();
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
