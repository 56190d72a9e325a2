/** What the simulated Calendly knows: its resources in their own words, plus what it keeps to itself. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type Role = 'owner' | 'admin' | 'user';
export type Tier = 'free' | 'trial' | 'paid';

export type OrganizationWire = {
  uri: string;
  id: number;
  name: string;
  kind: string;
  plan: string;
  stage: string;
  created_at: string;
  updated_at: string;
};

export type UserWire = {
  uri: string;
  name: string;
  slug: string;
  email: string;
  scheduling_url: string;
  timezone: string;
  avatar_url: string | null;
  created_at: string;
  updated_at: string;
  current_organization: string;
  locale: string;
  time_notation: string;
  resource_type: 'User';
};

export interface UserRecord {
  /** The name by which stories and tests call the user, for example `host`. */
  key: string;
  /** A deleted account answers 404; its meetings stay with a `deleted.calendly.com` address. */
  deleted: boolean;
  wire: UserWire;
}

export interface MembershipRecord {
  uri: string;
  role: Role;
  user: string;
  organization: string;
  created_at: string;
  updated_at: string;
}

export type EventTypeWire = JsonObject & {
  uri: string;
  name: string | null;
  active: boolean;
  slug: string | null;
  duration: number;
  kind: string;
  deleted_at: string | null;
  position: number;
  created_at: string;
  updated_at: string;
};

export interface EventTypeRecord {
  organization: string;
  /** Those who can be asked; a round robin takes one of them, a collective all. */
  hosts: string[];
  /** How many invitees one meeting takes. */
  limit: number;
  /** Served by id alone, as Calendly does with deleted, one-off and shared types. */
  unlisted: boolean;
  wire: EventTypeWire;
}

export type HostWire = {
  user: string;
  user_email: string;
  user_name: string;
  buffered_start_time: string;
  buffered_end_time: string;
};

export type GuestWire = { email: string; created_at: string; updated_at: string };

export type CancellationWire = {
  canceled_by: string;
  reason: string | null;
  canceler_type: 'host' | 'invitee';
  created_at: string;
};

export type EventWire = {
  uri: string;
  name: string | null;
  meeting_notes_plain: string | null;
  meeting_notes_html: string | null;
  status: 'active' | 'canceled';
  start_time: string;
  end_time: string;
  event_type: string;
  location: JsonObject | null;
  invitees_counter: { total: number; active: number; limit: number };
  created_at: string;
  updated_at: string;
  event_memberships: HostWire[];
  event_guests: GuestWire[];
  calendar_event: JsonObject | null;
  cancellation?: CancellationWire;
};

export interface EventRecord {
  /** Calendly keeps it, but no answer shows it. */
  organization: string;
  limit: number;
  /** Deleted for good (data compliance): nothing shows it any more. */
  hidden: boolean;
  /** Counters are counted when asked for, never stored. */
  wire: Omit<EventWire, 'invitees_counter'>;
}

export type InviteeWire = {
  uri: string;
  email: string;
  first_name: string | null;
  last_name: string | null;
  name: string;
  status: 'active' | 'canceled';
  questions_and_answers: { question: string; answer: string; position: number }[];
  timezone: string | null;
  event: string;
  created_at: string;
  updated_at: string;
  tracking: JsonObject;
  text_reminder_number: string | null;
  rescheduled: boolean;
  old_invitee: string | null;
  new_invitee: string | null;
  cancel_url: string;
  reschedule_url: string;
  routing_form_submission: string | null;
  payment: JsonObject | null;
  no_show: { uri: string; created_at: string } | null;
  reconfirmation: JsonObject | null;
  scheduling_method: string | null;
  invitee_scheduled_by: string | null;
  cancellation?: CancellationWire;
};

export interface TokenRecord {
  token: string;
  user: string;
  /** `null`: an old token with full access; else scopes such as `users:read` (`X:write` includes `X:read`). */
  scopes: string[] | null;
  tier: Tier;
  revoked: boolean;
  /** Milliseconds since 1970; left out: never, as personal access tokens. */
  expiresAt?: number;
}
