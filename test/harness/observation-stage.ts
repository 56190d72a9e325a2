/** Observations of one told meeting, put through the one write path in any order. */
import { toInvitee } from '../../src/calendly/to-invitee.ts';
import { toMeeting } from '../../src/calendly/to-meeting.ts';
import type { Parsed } from '../../src/calendly/item.ts';
import type { ObservationSource } from '../../src/domain/observation.ts';
import type { Db } from '../../src/store/db.ts';
import { apply, type Applied, type Page } from '../../src/sync/apply.ts';
import { write } from '../../src/sync/write.ts';
import { AFTERWARDS_MS, readAt, type Version } from './booking-versions.ts';
import { makeId, seedConnection } from './sync-world.ts';

/** What was seen of one version, and when the read began or the delivery came. */
export interface Seen {
  what: 'list' | 'get' | 'invitees' | 'invitee' | 'delivery';
  version: number;
  /** Moments after the version: the time between what was said and its receipt. */
  late: number;
  /** Which invitee, where it is about one. */
  who: number;
}

export interface ObservationStage {
  workspaceId: string;
  connectionId: string;
  /** One observation in a transaction of its own; `null`: there was nothing to see. */
  observe(seen: Seen): Promise<Applied | null>;
  /** Another meeting of the same connection. */
  also(versions: readonly Version[]): ObservationStage;
}

/** A new workspace that has seen nothing of `versions`. */
export async function openObservations(
  db: Db,
  versions: readonly Version[],
): Promise<ObservationStage> {
  return stageOf(db, await seedConnection(db, 'user'), versions);
}

function stageOf(
  db: Db,
  ids: { workspaceId: string; connectionId: string },
  versions: readonly Version[],
): ObservationStage {
  const { workspaceId, connectionId } = ids;
  return {
    workspaceId,
    connectionId,
    also: (others) => stageOf(db, ids, others),
    async observe(seen) {
      const version = versions[seen.version];
      if (version === undefined) return null;
      const page = pageOf(version, seen);
      const readStartedAt = readAt(seen.version + seen.late);
      const observation = { workspaceId, connectionId, source: sourceOf(seen), readStartedAt };
      return write(db, workspaceId, (tx, feed) =>
        apply(tx, { observation, newId: makeId, feed }, page),
      );
    },
  };
}

function sourceOf({ what }: Seen): ObservationSource {
  return what === 'list' || what === 'delivery' ? what : 'get';
}

function pageOf({ event, invitees }: Version, { what, who }: Seen): Page {
  const api = { from: 'api' as const, nowMs: AFTERWARDS_MS };
  const one = invitees[who % invitees.length];
  switch (what) {
    case 'list':
    case 'get':
      return { meetings: [read(toMeeting(event, api))] };
    case 'invitees':
      return { invitees: invitees.map((invitee) => read(toInvitee(invitee, api))) };
    case 'invitee':
      return { invitees: one === undefined ? [] : [read(toInvitee(one, api))] };
    case 'delivery': {
      const delivered = { from: 'delivery' as const, nowMs: AFTERWARDS_MS };
      // as the documentation prints them: without what came after its writing
      const { calendar_event: _calendar, ...meeting } = event;
      const meetings = [read(toMeeting(meeting, delivered))];
      if (one === undefined) return { meetings };
      const { no_show: _noShow, payment: _payment, reconfirmation: _again, ...person } = one;
      return { meetings, invitees: [read(toInvitee(person, delivered))] };
    }
  }
}

function read<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(`What was told cannot be read: ${parsed.reason}`);
  return parsed.value;
}
