/** What Calendly has shown of each meeting, and until when: rows may be as old as the last complete listing, not older. */
import { toMeeting } from '../../src/calendly/to-meeting.ts';
import { canonical, type Json } from '../../src/domain/json.ts';
import { meetingColumns } from '../../src/store/meetings.ts';
import type { TrueEvent } from '../../simulator/show.ts';

/** The columns that every list row, delivery and direct read brings. */
const SHOWN = ['title', 'status', 'start_time', 'end_time', 'location', 'hosts', 'guests'];

interface Version {
  shown: string;
  /** Calendly's time at which something else was seen; infinite: it is so still. */
  until: number;
}

export interface ShownMeetings {
  /** Takes down how Calendly looks at `now`; meetings that are not in `truth` are not shown. */
  look(truth: readonly TrueEvent[], now: number): void;
  /** Takes down what was said of one meeting at `now`, though it may look different a moment later. */
  hear(event: unknown, now: number): void;
  /** Meetings, by URI, that were shown all the time from `since` to now. */
  standing(since: number): string[];
  /** Whether Calendly looked like this at some moment from `since` on. */
  wasShown(uri: string, shown: string, since: number): boolean;
}

const GONE = 'gone';

export function createShownMeetings(): ShownMeetings {
  const versions = new Map<string, Version[]>();
  const known = new Map<string, string>();

  function note(uri: string, shown: string, now: number): void {
    const past = versions.get(uri) ?? [{ shown: GONE, until: Infinity }];
    versions.set(uri, past);
    const last = past.at(-1);
    if (last === undefined || last.shown === shown) return;
    last.until = now;
    past.push({ shown, until: Infinity });
  }

  return {
    look(truth, now) {
      for (const { event } of truth) {
        const text = JSON.stringify(event);
        if (known.get(event.uri) === text) continue;
        known.set(event.uri, text);
        const parsed = toMeeting(event, { from: 'api', nowMs: now });
        if (!parsed.ok) throw new Error(`The truth is unreadable: ${parsed.reason}`);
        note(event.uri, shownOf(meetingColumns(parsed.value)), now);
      }
      const there = new Set(truth.map(({ event }) => event.uri));
      for (const uri of versions.keys()) {
        if (there.has(uri)) continue;
        known.delete(uri);
        note(uri, GONE, now);
      }
    },
    hear(event, now) {
      const parsed = toMeeting(event, { from: 'delivery', nowMs: now });
      if (!parsed.ok) throw new Error(`The message is unreadable: ${parsed.reason}`);
      known.delete(parsed.value.uri);
      note(parsed.value.uri, shownOf(meetingColumns(parsed.value)), now);
    },
    standing: (since) =>
      [...versions]
        .filter(([, past]) => past.every(({ shown, until }) => shown !== GONE || until < since))
        .map(([uri]) => uri),
    wasShown: (uri, shown, since) =>
      (versions.get(uri) ?? []).some((one) => one.shown === shown && one.until >= since),
  };
}

/** What a row shows of a meeting, as one text. */
export function shownOf(columns: Readonly<Record<string, Json>>): string {
  return canonical(Object.fromEntries(SHOWN.map((name) => [name, columns[name] ?? null])));
}
