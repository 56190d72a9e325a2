/** Moves that say an invitee did not come, or did after all: `updated_at` stays by default, as no document says else. */
import type { InviteeWire } from '../records.ts';
import { newUri, stampNow } from '../stamp.ts';
import type { World } from '../state.ts';
import { announceInvitee } from '../webhooks/announce.ts';

export function markNoShow(world: World, invitee: InviteeWire): void {
  const uri = newUri(world, 'invitee_no_shows');
  invitee.no_show = { uri, created_at: stampNow(world) };
  touch(world, invitee);
  announceInvitee(world, 'invitee_no_show.created', invitee);
}

export function unmarkNoShow(world: World, invitee: InviteeWire): void {
  invitee.no_show = null;
  touch(world, invitee);
  announceInvitee(world, 'invitee_no_show.deleted', invitee);
}

function touch(world: World, invitee: InviteeWire): void {
  if (world.readings.updatedAtMovesOnNoShow) {
    invitee.updated_at = stampNow(world);
    const event = world.events.get(invitee.event);
    if (event !== undefined) event.wire.updated_at = stampNow(world);
  }
  world.changed();
}
