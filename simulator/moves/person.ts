/** Moves about a person: erased on their demand, or having paid. */
import { createHash } from 'node:crypto';
import type { InviteeWire } from '../records.ts';
import { stampNow } from '../stamp.ts';
import type { World } from '../state.ts';
import { findInvitee, MoveError } from './find.ts';

/**
 * Erases a person's data as Calendly does: name and answers go, the address becomes
 * `<hex>@deleted.calendly.com`, the rows stay. No webhook, and by default no `updated_at`, tells of it.
 * Answers how many invitees were erased.
 */
export function eraseInvitee(world: World, input: { email: string }): { erased: number } {
  const email = input.email.toLowerCase();
  const found = [...world.invitees.values()].filter((one) => one.email.toLowerCase() === email);
  if (found.length === 0) throw new MoveError('email', 'Nobody with this address has booked');
  const hex = createHash('sha256').update(`${world.seed}/${email}`).digest('hex').slice(0, 14);
  const address = `${hex}@deleted.calendly.com`;
  for (const invitee of found) {
    Object.assign(invitee, {
      email: address,
      name: '',
      first_name: null,
      last_name: null,
      questions_and_answers: [],
      text_reminder_number: null,
    } satisfies Partial<InviteeWire>);
    if (invitee.cancellation?.canceler_type === 'invitee') invitee.cancellation.canceled_by = '';
    const event = world.events.get(invitee.event)?.wire;
    if (event?.cancellation?.canceler_type === 'invitee') event.cancellation.canceled_by = '';
    if (!world.readings.updatedAtMovesOnErase) continue;
    invitee.updated_at = stampNow(world);
    if (event !== undefined) event.updated_at = stampNow(world);
  }
  world.changed();
  return { erased: found.length };
}

export interface PayInput {
  invitee: string;
  /** Calendly documents text and shows numbers: both occur. */
  amount?: number | string | undefined;
  currency?: string | undefined;
  successful?: boolean | undefined;
}

/** The invitee's payment comes in, or fails. */
export function pay(world: World, input: PayInput): void {
  const invitee = findInvitee(world, input.invitee);
  invitee.payment = {
    external_id: `ch_${createHash('sha256').update(invitee.uri).digest('hex').slice(0, 24)}`,
    provider: 'stripe',
    amount: input.amount ?? 99,
    currency: input.currency ?? 'EUR',
    terms: null,
    successful: input.successful ?? true,
  };
  if (world.readings.updatedAtMovesOnPayment) invitee.updated_at = stampNow(world);
  world.changed();
}
