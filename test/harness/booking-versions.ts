/** One meeting through its life: what Calendly would have said of it at each moment. */
import type { WireEvent, WireInvitee } from '../../src/calendly/wire.ts';
import { timestampFromMs } from '../../src/domain/timestamp.ts';
import { inviteeItem, meetingItem } from '../hostile/items.ts';

/** `silently`: without a new `updated_at`. Each writes a value that was never there before. */
export type Happening =
  | { kind: 'rename' | 'renameSilently' | 'note' | 'guest' | 'join' | 'cancel' }
  | { kind: 'leave' | 'noShow' | 'pay' | 'correct'; who: number };

export interface Version {
  event: WireEvent;
  invitees: WireInvitee[];
}

const START_MS = Date.UTC(2026, 2, 2);
const SECOND_MS = 1000;

/** The moment of a happening; moments count from 0. */
export function momentAt(moment: number): string {
  return timestampFromMs(START_MS + moment * SECOND_MS);
}

/** A read that begins after happening `moment` and before the next one. */
export function readAt(moment: number): string {
  return timestampFromMs(START_MS + moment * SECOND_MS + SECOND_MS / 2);
}

/** Later than everything that is told here, in milliseconds since 1970. */
export const AFTERWARDS_MS = START_MS + 86_400_000;

/** Version 0 is the booking; each happening makes the next. `id` makes its URIs its own. */
export function tellVersions(id: string, happenings: readonly Happening[]): Version[] {
  const uri = `https://api.calendly.com/scheduled_events/${id}`;
  const booked = momentAt(0);
  const first: Version = {
    event: { ...meetingItem, uri, created_at: booked, updated_at: booked },
    invitees: [inviteeOf(uri, 0, booked)],
  };
  const versions = [first];
  for (const [index, happening] of happenings.entries()) {
    const before = versions.at(-1) ?? first;
    const after = happen(structuredClone(before), happening, index + 1);
    after.event.invitees_counter = {
      total: after.invitees.length,
      active: after.invitees.filter(({ status }) => status === 'active').length,
      limit: 10,
    };
    versions.push(after);
  }
  return versions;
}

function happen(version: Version, happening: Happening, moment: number): Version {
  const { event, invitees } = version;
  const at = momentAt(moment);
  switch (happening.kind) {
    case 'rename':
      event.name = `Name ${moment}`;
      event.updated_at = at;
      return version;
    case 'renameSilently':
      event.name = `Name ${moment}`;
      return version;
    case 'note':
      event.meeting_notes_plain = `Note ${moment}`;
      return version;
    case 'guest':
      event.event_guests = [
        ...(event.event_guests ?? []),
        { email: `guest.${moment}@visitor.example`, created_at: at, updated_at: at },
      ];
      return version;
    case 'join':
      if (event.status === 'active') invitees.push(inviteeOf(event.uri, moment, at));
      return version;
    case 'cancel':
      if (event.status === 'canceled') return version;
      event.status = 'canceled';
      event.cancellation = cancellation(at);
      event.updated_at = at;
      for (const invitee of invitees) cancelInvitee(invitee, at);
      return version;
    case 'leave':
    case 'noShow':
    case 'pay':
    case 'correct': {
      const invitee = invitees[happening.who % invitees.length];
      if (invitee !== undefined) happenTo(invitee, happening.kind, { moment, at });
      return version;
    }
  }
}

function happenTo(
  invitee: WireInvitee,
  kind: 'leave' | 'noShow' | 'pay' | 'correct',
  { moment, at }: { moment: number; at: string },
): void {
  if (kind === 'leave') cancelInvitee(invitee, at);
  if (kind === 'noShow') {
    const uri = `https://api.calendly.com/invitee_no_shows/N${moment}`;
    invitee.no_show = { uri, created_at: at };
  }
  if (kind === 'pay') invitee.payment = { amount: moment, currency: 'EUR', successful: true };
  if (kind === 'correct') {
    invitee.name = `Person ${moment}`;
    invitee.updated_at = at;
  }
}

function cancelInvitee(invitee: WireInvitee, at: string): void {
  if (invitee.status === 'canceled') return;
  invitee.status = 'canceled';
  invitee.cancellation = cancellation(at);
  invitee.updated_at = at;
}

function cancellation(at: string): NonNullable<WireEvent['cancellation']> {
  return { canceled_by: 'Rosa Lind', reason: null, canceler_type: 'host', created_at: at };
}

function inviteeOf(event: string, moment: number, at: string): WireInvitee {
  const uri = `${event}/invitees/I${moment}`;
  const email = `visitor.${moment}@visitor.example`;
  return { ...inviteeItem, uri, event, email, created_at: at, updated_at: at };
}
