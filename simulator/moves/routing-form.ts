/** The move by which somebody sends in a routing form, whether or not they book then. */
import { NO_TRACKING } from '../bookings.ts';
import { uuidOf } from '../dice.ts';
import type { JsonObject } from '../records.ts';
import { newUri, stampNow } from '../stamp.ts';
import type { World } from '../state.ts';
import { announceSubmission } from '../webhooks/announce.ts';
import { findEventType, findInvitee, findUser } from './find.ts';

export interface SubmissionInput {
  /** Whose organization's form it is; left out: the first user's. */
  user?: string | undefined;
  /** The URI of the form; left out: the only one of the organization. */
  form?: string | undefined;
  /** By question. */
  answers?: Record<string, string> | undefined;
  /** Where the form sends people; left out: the first type that can be booked. */
  eventType?: string | undefined;
  /** Who booked then. */
  invitee?: string | undefined;
}

/** Sends in a form. Answers the URI of the submission, which the invitee carries from now on. */
export function submitRoutingForm(world: World, input: SubmissionInput): { submission: string } {
  const organization = findUser(world, input.user ?? 'host').wire.current_organization;
  const type = findEventType(world, input.eventType);
  const invitee = input.invitee === undefined ? undefined : findInvitee(world, input.invitee);
  const uri = newUri(world, 'routing_form_submissions');
  const form = `https://api.calendly.com/routing_forms/${uuidOf(`${organization}/form`)}`;
  const at = stampNow(world);
  const answers = Object.entries(input.answers ?? { 'What is it about?': 'Retirement' });
  const submission: JsonObject & { uri: string } = {
    uri,
    routing_form: input.form ?? form,
    questions_and_answers: answers.map(([question, answer]) => ({
      question_uuid: uuidOf(`${organization}/${question}`),
      question,
      answer,
    })),
    tracking: NO_TRACKING,
    result: { type: 'event_type', value: type.wire.uri },
    submitter: invitee?.uri ?? null,
    submitter_type: invitee === undefined ? null : 'Invitee',
    created_at: at,
    updated_at: at,
  };
  if (invitee !== undefined) invitee.routing_form_submission = uri;
  world.changed();
  announceSubmission(world, organization, submission);
  return { submission: uri };
}
