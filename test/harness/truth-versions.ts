/** How each meeting and invitee has looked in the simulated Calendly since a moment: what a row may be as true as. */
import { toInvitee } from '../../src/calendly/to-invitee.ts';
import { toMeeting } from '../../src/calendly/to-meeting.ts';
import { canonical, type Json } from '../../src/domain/json.ts';
import { inviteeColumns } from '../../src/store/invitees.ts';
import { meetingColumns } from '../../src/store/meetings.ts';
import { listEvents, settle, showEvent } from '../../simulator/show.ts';
import type { World } from '../../simulator/state.ts';
import type { MirrorImage } from './mirror-truth.ts';

export interface TruthVersions {
  /** Forgets all but how everything looks now. */
  begin(): void;
  /** Takes down what looks different now. */
  look(): void;
  /** Rows that are neither as they were nor as Calendly had them at any moment since `begin`. */
  torn(rows: MirrorImage, before: MirrorImage): string[];
}

export function createTruthVersions(world: World, now: () => number): TruthVersions {
  const current = new Map<string, { said: string; text: string }>();
  let versions = new Map<string, Set<string>>();

  function note(uri: string, shown: object, toColumns: () => Readonly<Record<string, Json>>): void {
    const said = JSON.stringify(shown);
    const known = current.get(uri);
    const text = known?.said === said ? known.text : canonical(toColumns());
    current.set(uri, { said, text });
    const seen = versions.get(uri) ?? new Set();
    versions.set(uri, seen.add(text));
  }

  function look(): void {
    settle(world);
    for (const record of listEvents(world)) {
      const event = showEvent(world, record);
      note(event.uri, event, () => meetingColumns(read(toMeeting(event, seen()))));
      for (const invitee of world.inviteesOf.get(event.uri) ?? []) {
        note(invitee.uri, invitee, () => inviteeColumns(read(toInvitee(invitee, seen()))));
      }
    }
  }

  function seen(): { from: 'api'; nowMs: number } {
    return { from: 'api', nowMs: now() };
  }

  return {
    begin() {
      versions = new Map();
      look();
    },
    look,
    torn: (rows, before) =>
      [...rows]
        .filter(([uri, text]) => text !== before.get(uri) && versions.get(uri)?.has(text) !== true)
        .map(([uri]) => uri),
  };
}

function read<T>(parsed: { ok: true; value: T } | { ok: false; reason: string }): T {
  if (!parsed.ok) throw new Error(`The truth is unreadable: ${parsed.reason}`);
  return parsed.value;
}
