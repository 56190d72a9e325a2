/** Worlds: repeatable from their seed, complete in their stories, alive after a restart. */
import { expect, test } from 'vitest';
import { showTruth } from '../../simulator/show.ts';
import type { WorldSnapshot } from '../../simulator/state.ts';
import { createWorld, tokenOf, userNamed, worldFromJSON } from '../../simulator/world.ts';
import { createMoves } from '../../simulator/moves/moves.ts';
import { NOW, standingClock } from './stage.ts';

const make = (story: string, seed = 1) =>
  createWorld({ story, seed, now: NOW, clock: standingClock() });

test.each(['demo', 'thousand', 'firm', 'organization:200', 'accounts', 'empty', 'odd-text'])(
  'the story %s is the same for the same seed and another for another',
  (story) => {
    expect(make(story).toJSON()).toEqual(make(story).toJSON());
    expect(make(story, 2).toJSON().users[0]?.wire.uri).not.toBe(
      make(story).toJSON().users[0]?.wire.uri,
    );
  },
);

test('the demo has every special case of an adviser’s practice around now', () => {
  const world = make('demo');
  const all = showTruth(world);
  const events = all.map(({ event }) => event);
  const invitees = all.flatMap((one) => one.invitees);
  expect(events.length).toBeGreaterThanOrEqual(38);
  expect(events.length).toBeLessThanOrEqual(60);
  const now = new Date(NOW).toISOString();
  expect(events.filter((event) => event.start_time > now).length).toBeGreaterThan(12);
  expect(events.filter((event) => event.start_time < now).length).toBeGreaterThan(12);
  const kinds = new Set(events.map((event) => event.location?.['type'] ?? 'null'));
  for (const kind of [
    'null',
    'custom',
    'physical',
    'zoom_conference',
    'google_conference',
    'gotomeeting',
    'inbound_call',
    'outbound_call',
    'microsoft_teams_conference',
    'ask_invitee',
    'webex_conference',
    'hologram_room',
  ]) {
    expect(kinds).toContain(kind);
  }
  expect(events.some((event) => event.event_memberships.length === 2)).toBe(true);
  expect(JSON.stringify(events)).toMatch(/"user_email":"[^"]+@deleted\.calendly\.com"/);
  expect(events.some((event) => event.event_guests.length === 2)).toBe(true);
  expect(events.some((event) => event.name === null)).toBe(true);
  expect(all.some((one) => one.event.status === 'active' && one.invitees.length === 5)).toBe(true);
  expect(invitees.filter((one) => one.rescheduled)).toHaveLength(2);
  expect(invitees.some((one) => one.no_show !== null)).toBe(true);
  expect(invitees.some((one) => one.payment !== null)).toBe(true);
  expect(invitees.some((one) => one.email.endsWith('@deleted.calendly.com'))).toBe(true);
  expect(invitees.some((one) => one.timezone === null)).toBe(true);
  const host = userNamed(world, 'host').uri;
  const mine = events.filter((event) => event.event_memberships.some(({ user }) => user === host));
  expect(events.length - mine.length).toBeLessThanOrEqual(1);
});

test('a thousand means a thousand, spread over the years, a fifth of them canceled', () => {
  const all = showTruth(make('thousand'));
  expect(all).toHaveLength(1_000);
  expect(all.every(({ invitees }) => invitees.length === 1)).toBe(true);
  const day = (text = '') => (Date.parse(text) - NOW) / 86_400_000;
  expect(day(all[0]?.event.start_time)).toBeLessThan(-698);
  expect(day(all.at(-1)?.event.start_time)).toBeGreaterThan(297);
  const canceled = all.filter(({ event }) => event.status === 'canceled').length;
  expect(canceled).toBeGreaterThan(150);
  expect(canceled).toBeLessThan(260);
  expect(showTruth(make('thousand:30'))).toHaveLength(30);
});

test.each(['demo', 'thousand', 'firm', 'odd-text'])(
  'in the story %s nothing was booked, changed or canceled in the future, and each change came after its making',
  (story) => {
    const now = new Date(NOW).toISOString();
    for (const { event, invitees } of showTruth(make(story))) {
      for (const one of [event, ...invitees]) {
        expect(one.created_at <= one.updated_at).toBe(true);
        expect(one.updated_at <= now).toBe(true);
        if (one.cancellation !== undefined) {
          expect(one.cancellation.created_at >= one.created_at).toBe(true);
        }
      }
      expect(event.start_time < event.end_time).toBe(true);
    }
  },
);

test('a name that no story has is refused with those that there are', () => {
  for (const story of ['', 'toString', 'thousand:', 'thousand:0', 'thousand:x', 'Demo']) {
    expect(() => make(story), story).toThrow(
      'demo, thousand, adviser, firm, organization, accounts, empty, odd-text',
    );
  }
});

test('a saved world lives on after a restart: same truth, same tokens, due pushes and new ids', () => {
  const clock = standingClock();
  const world = createWorld({ story: 'demo', now: NOW, clock });
  const { event } = createMoves(world).book({ invitee: { name: 'A', email: 'a@example.com' } });
  const saved: WorldSnapshot = JSON.parse(JSON.stringify(world));
  const revived = worldFromJSON(saved, clock);
  expect(showTruth(revived)).toEqual(showTruth(world));
  expect(tokenOf(revived, 'host')).toBe(tokenOf(world, 'host'));
  clock.pass(2_000);
  const { updated_at } = world.events.get(event)?.wire ?? {};
  expect(showTruth(revived)).toEqual(showTruth(world));
  expect(revived.events.get(event)?.wire.updated_at).not.toBe(updated_at);
  const next = createMoves(revived).book({ invitee: { name: 'B', email: 'b@example.com' } });
  expect(world.events.has(next.event)).toBe(false);
  expect(createMoves(world).book({ invitee: { name: 'B', email: 'b@example.com' } })).toEqual(next);
});

test('who wants to hear of changes hears of each, until they stop listening', () => {
  const world = make('demo');
  let heard = 0;
  const stop = world.onChange(() => void (heard += 1));
  createMoves(world).deleteEventType({ eventType: 'annual-review' });
  expect(heard).toBe(1);
  stop();
  createMoves(world).deleteEventType({ eventType: 'mortgage' });
  expect(heard).toBe(1);
});

test('two instants are never the same, even when the clock stands still or steps back', () => {
  const world = make('empty');
  const moves = createMoves(world);
  const seen = new Set<string>();
  for (let index = 0; index < 50; index += 1) {
    if (index === 25) world.clock = { now: () => NOW - 3_600_000 };
    const { event } = moves.book({ invitee: { name: 'A', email: 'a@example.com' } });
    seen.add(world.events.get(event)?.wire.created_at ?? '');
  }
  expect(seen.size).toBe(50);
  expect([...seen]).toEqual([...seen].toSorted());
});
