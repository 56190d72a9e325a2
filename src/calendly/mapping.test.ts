/** What a reading of an item promises: hashes that move when they should, nothing lost, nothing thrown. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  eventTypeItem,
  inviteeItem,
  meetingItem,
  nested,
  without,
} from '../../test/hostile/items.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ObservedMeeting } from '../domain/meeting.ts';
import type { Parsed, Unread } from './item.ts';
import { toEventType } from './to-event-type.ts';
import { toInvitee } from './to-invitee.ts';
import { toMeeting } from './to-meeting.ts';

const NOW_MS = Date.UTC(2026, 2, 4, 9, 30);
const API = { from: 'api', nowMs: NOW_MS } as const;
const DELIVERY = { from: 'delivery', nowMs: NOW_MS } as const;

function good<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw new Error(parsed.reason);
}

function bad(parsed: Parsed<unknown>): Unread {
  if (!parsed.ok) return parsed;
  throw new Error('The item was read');
}

const meeting = (change: object = {}): ObservedMeeting =>
  good(toMeeting({ ...meetingItem, ...change }, API));

describe('the fingerprint and hashes of a meeting', () => {
  const plain = meeting();

  it.each<[string, object]>([
    ['status', { status: 'canceled' }],
    ['start', { start_time: '2026-03-10T14:00:00.000001Z' }],
    ['end', { end_time: '2026-03-10T15:00:00Z' }],
    ['name', { name: 'Orchard visit' }],
    ['place', { location: { type: 'physical', location: 'Orchard Lane 5' } }],
    ['hosts', { event_memberships: [] }],
    ['guests', { event_guests: [{ email: 'guest@visitor.example' }] }],
    ['counters', { invitees_counter: { total: 2, active: 1, limit: 1 } }],
    ['cancellation', { cancellation: { canceled_by: 'Rosa' } }],
    ['updated_at', { updated_at: '2026-03-01T08:15:32.654322Z' }],
  ])('all move with its %s', (_what, change) => {
    const changed = meeting(change);
    expect(changed.fingerprint).not.toBe(plain.fingerprint);
    expect(changed.coreHash).not.toBe(plain.coreHash);
    expect(changed.fullHash).not.toBe(plain.fullHash);
  });

  it('leave invitees alone where only notes or the calendar entry move', () => {
    const noted = meeting({ meeting_notes_plain: 'Bring boots' });
    expect(noted.fingerprint).toBe(plain.fingerprint);
    expect(noted.coreHash).not.toBe(plain.coreHash);
    const moved = meeting({ calendar_event: { kind: 'outlook', external_id: 'x' } });
    expect(moved.coreHash).toBe(plain.coreHash);
    expect(moved.fullHash).not.toBe(plain.fullHash);
  });

  it('move as a whole with a field that nobody knows yet', () => {
    const changed = meeting({ mood: 'good' });
    expect(changed.fullHash).not.toBe(plain.fullHash);
    expect(changed.coreHash).toBe(plain.coreHash);
    expect(changed.raw['mood']).toBe('good');
  });

  it('do not depend on the order in which hosts and guests come', () => {
    const hosts = ['a', 'b', 'c'].map((id) => ({ user: `https://api.calendly.com/users/${id}` }));
    const guests = ['x@v.example', 'y@v.example'].map((email) => ({ email }));
    const one = meeting({ event_memberships: hosts, event_guests: guests });
    const other = meeting({
      event_memberships: hosts.toReversed(),
      event_guests: guests.toReversed(),
    });
    expect(other.fingerprint).toBe(one.fingerprint);
    expect(other.coreHash).toBe(one.coreHash);
    expect(one.hosts.map(({ user_uri }) => user_uri)).toEqual(hosts.map(({ user }) => user));
  });

  it('agree between an API answer and a delivery, which lacks calendar entry and buffers', () => {
    const delivered = good(toMeeting(without(meetingItem, 'calendar_event'), DELIVERY));
    expect(delivered.coreHash).toBe(plain.coreHash);
    expect(delivered.fingerprint).toBe(plain.fingerprint);
    expect(delivered.calendarEvent).toBeUndefined();
    expect(good(toMeeting(without(meetingItem, 'calendar_event'), API)).calendarEvent).toBeNull();
  });

  it('stand still while our clock goes on, even for an update of the future', () => {
    const item = { ...meetingItem, updated_at: '2031-01-01T00:00:00Z' };
    const now = good(toMeeting(item, API));
    const later = good(toMeeting(item, { ...API, nowMs: NOW_MS + 900_000 }));
    expect(now.sourceUpdatedAt).toBe('2026-03-04T09:30:00.000000Z');
    expect(later.sourceUpdatedAt).toBe('2026-03-04T09:45:00.000000Z');
    expect([later.coreHash, later.fullHash, later.fingerprint]).toEqual([
      now.coreHash,
      now.fullHash,
      now.fingerprint,
    ]);
  });
});

describe('an item with characters that PostgreSQL cannot hold', () => {
  const item = { ...meetingItem, name: 'a\0b', location: { type: 'x\uD800', '\0key': ['\uDC00'] } };
  const read = good(toMeeting(item, API));

  it('is stored with marks in their place, and its exact JSON beside it', () => {
    expect(read.title).toBe('a\uFFFDb');
    expect(read.location).toEqual({ type: 'x\uFFFD', '\uFFFDkey': ['\uFFFD'] });
    expect(JSON.stringify(read.raw)).not.toMatch(/\\u0000|\\ud800|\\udc00/);
    expect(JSON.parse(read.rawExact ?? '')).toEqual(item);
    expect(read.rawExact).not.toContain('\0');
  });

  it('is told apart from the item that has those marks', () => {
    const marked = good(toMeeting({ ...item, name: 'a\uFFFDb' }, API));
    expect(marked.fullHash).not.toBe(read.fullHash);
  });
});

describe('a key named __proto__', () => {
  it('is data, and changes no object', () => {
    const text = `{"__proto__":{"polluted":1,"cancellation":{"canceled_by":"x"}},${JSON.stringify(meetingItem).slice(1)}`;
    const read = good(toMeeting(JSON.parse(text), API));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(read.cancellation).toBeNull();
    expect(Object.hasOwn(read.raw, '__proto__')).toBe(true);
    expect(JSON.stringify(read.raw)).toContain('"__proto__":{"polluted":1');
  });

  it('survives where characters had to be replaced', () => {
    const item = JSON.parse(`{"__proto__":{"a":"\\u0000"},${JSON.stringify(meetingItem).slice(1)}`);
    expect(JSON.stringify(good(toMeeting(item, API)).raw)).toContain('"__proto__":{"a":"\uFFFD"}');
  });
});

describe('an item that is set aside', () => {
  it('is named by its uri where it has one, by its text where not', () => {
    const named = { ...meetingItem, status: 'x' };
    expect(bad(toMeeting(named, API)).key).toBe(meetingItem.uri);
    const nameless = without(named, 'uri');
    expect(bad(toMeeting(nameless, API)).key).toMatch(/^[\w-]{22}$/);
    expect(bad(toMeeting(nameless, API)).key).toBe(bad(toMeeting({ ...nameless }, API)).key);
    expect(bad(toMeeting({ uri: 'u'.repeat(301) }, API)).key).toMatch(/^[\w-]{22}$/);
  });

  it('says which field, and nothing of what is in it', () => {
    const item = { ...inviteeItem, email: `${'private'.repeat(60)}@visitor.example` };
    const unread = bad(toInvitee(item, API));
    expect(unread.reason).toBe('email: is longer than an address can be');
    expect(JSON.parse(unread.rawText)).toEqual(item);
  });

  it('is kept as far as that is sensible, however deep or large it is', () => {
    const deep = bad(toMeeting({ ...meetingItem, extra: nested(200_000) }, API));
    expect(deep.rawText).toContain('deeper levels left out');
    const large = bad(toMeeting({ ...meetingItem, name: '\u0000'.repeat(2_000_000) }, API));
    expect(large.rawText.length).toBeLessThanOrEqual(65_536);
  });

  it("is another meeting's invitee among those that were asked for", () => {
    const meetingUri = 'https://api.calendly.com/scheduled_events/other';
    const unread = bad(toInvitee(inviteeItem, { ...API, meetingUri }));
    expect(unread.reason).toBe('event: is not the meeting that was asked for');
  });
});

describe('reading', () => {
  const readers = [
    (item: unknown) => toMeeting(item, API),
    (item: unknown) => toInvitee(item, DELIVERY),
    (item: unknown) => toEventType(item, API),
  ];
  const bases = [meetingItem, inviteeItem, eventTypeItem];

  it('never throws, whatever JSON comes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, noUnicodeString: false }), (value) => {
        for (const read of readers) expect(typeof read(value).ok).toBe('boolean');
      }),
    );
  });

  it('never throws, whatever an honest item is spoiled with', () => {
    const keys = [...new Set(bases.flatMap((base) => Object.keys(base)))];
    const change = fc.dictionary(
      fc.constantFrom(...keys),
      fc.jsonValue({ noUnicodeString: false }),
    );
    fc.assert(
      fc.property(change, (spoiled) => {
        readers.forEach((read, index) => {
          const parsed = read({ ...bases[index], ...spoiled });
          const reason = parsed.ok ? 'the item is fine' : parsed.reason;
          expect(reason).toMatch(/^[a-z_.\d]+: |^the item is/);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same for any order of the keys', () => {
    const shuffled = fc
      .shuffledSubarray(Object.entries(meetingItem), { minLength: Object.keys(meetingItem).length })
      .map((entries): JsonObject => Object.fromEntries(entries) as JsonObject);
    fc.assert(
      fc.property(shuffled, (item) => {
        expect(toMeeting(item, API)).toEqual(toMeeting(meetingItem, API));
      }),
    );
  });
});
