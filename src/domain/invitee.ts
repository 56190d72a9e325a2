/** What an invitee is here: one person booked on one meeting. */
import type { Json, JsonObject } from './json.ts';
import type { Cancellation, MeetingStatus, Observed } from './meeting.ts';
import type { Timestamp } from './timestamp.ts';

export interface Answer {
  question: string;
  answer: string;
  position: number | null;
}

export interface InviteeFacts {
  uri: string;
  meetingUri: string;
  email: string | null;
  name: string | null;
  firstName: string | null;
  lastName: string | null;
  status: MeetingStatus;
  /** IANA name as Calendly gives it, legacy and unknown ones included. */
  timezone: string | null;
  answers: Answer[];
  tracking: JsonObject | null;
  payment: JsonObject | null;
  noShowUri: string | null;
  noShowAt: Timestamp | null;
  /** True on the OLD invitee of a reschedule. */
  rescheduled: boolean;
  /** URI of the invitee that this one replaced. */
  oldInvitee: string | null;
  /** URI of the invitee that replaced this one. */
  newInvitee: string | null;
  cancellation: Cancellation | null;
  reconfirmation: Json;
  schedulingMethod: string | null;
  textReminderNumber: string | null;
  cancelUrl: string | null;
  rescheduleUrl: string | null;
  routingFormSubmission: string | null;
  calendlyCreatedAt: Timestamp;
  sourceUpdatedAt: Timestamp;
}

export interface ObservedInvitee extends InviteeFacts, Observed {}
