/** Moves that end bookings: a whole event, or one invitee of a group. */
import { endEvent, endInvitee } from '../bookings.ts';
import type { CancellationWire, EventRecord, InviteeWire } from '../records.ts';
import { stampNow } from '../stamp.ts';
import type { World } from '../state.ts';
import { announceInvitee } from '../webhooks/announce.ts';

export interface CancelInput {
  /** The name shown in the cancellation. */
  by: string;
  who: 'host' | 'invitee';
  reason: string | null;
}

/** Cancels an event and every invitee still active. Group events too: Calendly knows no other way for hosts. */
export function cancelEvent(
  world: World,
  event: EventRecord,
  input: CancelInput,
): CancellationWire {
  const cancellation = toCancellation(world, input);
  const invitees = world.inviteesOf.get(event.wire.uri) ?? [];
  const leaving = invitees.filter((invitee) => invitee.status === 'active');
  endEvent(world, event, cancellation);
  event.wire.updated_at = stampNow(world);
  for (const invitee of leaving) invitee.updated_at = stampNow(world);
  world.changed();
  for (const invitee of leaving) announceInvitee(world, 'invitee.canceled', invitee);
  return cancellation;
}

/** One invitee leaves; the event ends with its last active invitee and stands otherwise. */
export function cancelInvitee(world: World, invitee: InviteeWire, input: CancelInput): void {
  const event = world.events.get(invitee.event);
  if (event === undefined) return;
  const active = (world.inviteesOf.get(invitee.event) ?? []).filter(
    (one) => one.status === 'active',
  );
  if (active.length === 1 && active[0] === invitee) {
    cancelEvent(world, event, input);
    return;
  }
  endInvitee(invitee, toCancellation(world, input));
  invitee.updated_at = stampNow(world);
  if (world.readings.updatedAtMovesOnGroupJoin) event.wire.updated_at = stampNow(world);
  world.changed();
  announceInvitee(world, 'invitee.canceled', invitee);
}

function toCancellation(world: World, { by, who, reason }: CancelInput): CancellationWire {
  return { canceled_by: by, reason, canceler_type: who, created_at: stampNow(world) };
}
