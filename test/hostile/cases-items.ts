/** Rows 110 and 129: single items that cannot be read, set aside one by one with a reason. */
import type { ItemCase } from './item-case.ts';
import { invitee, meeting, NOT_A_TIME } from './item-case.ts';
import { eventTypeItem, meetingItem, nested, without } from './items.ts';

const shapeless: [string, unknown][] = [
  ['null', null],
  ['a string', 'meeting'],
  ['a number', 4],
  ['a list', [meetingItem]],
];

const badTimes: [string, unknown][] = [
  ['no start', null],
  ['a start that is a number', 1773151200],
  ['a start that is "now"', 'now'],
  ['a start that is "infinity"', 'infinity'],
  ['a start on 30 February', '2026-02-30T10:00:00Z'],
  ['a start in a leap second', '2026-06-30T23:59:60Z'],
  ['a start without a zone', '2026-03-10T14:00:00'],
  ['a start in the year 1969', '1969-12-31T23:59:59.999999Z'],
  ['a start in the year 2101', '2101-01-01T00:00:00Z'],
  ['a start in the year 10000', '10000-01-01T00:00:00Z'],
  ['a start at 24 o’clock', '2026-03-10T24:00:00Z'],
  ['an empty start', ''],
];

const wrongTypes: [string, object, string][] = [
  ['a name that is a number', { name: 5 }, 'name: Invalid input: expected string, received number'],
  ['a location that is a string', { location: 'here' }, 'location: is no object'],
  ['a location that is a list', { location: [] }, 'location: is no object'],
  [
    'hosts that are an object',
    { event_memberships: {} },
    'event_memberships: Invalid input: expected array, received object',
  ],
  [
    'a host without a user',
    { event_memberships: [{}] },
    'event_memberships.0.user: Invalid input: expected string, received undefined',
  ],
  [
    'a guest without an address',
    { event_guests: [{}] },
    'event_guests.0.email: Invalid input: expected string, received undefined',
  ],
  [
    'a guest added at no time',
    { event_guests: [{ email: 'a@b.example', created_at: 'x' }] },
    `event_guests.0.created_at: ${NOT_A_TIME}`,
  ],
  [
    'more invitees than an integer holds',
    { invitees_counter: { total: 3e9 } },
    'invitees_counter.total: Too big: expected number to be <=2147483647',
  ],
  [
    'half an invitee',
    { invitees_counter: { active: 0.5 } },
    'invitees_counter.active: Invalid input: expected int, received number',
  ],
  [
    'a negative limit',
    { invitees_counter: { limit: -1 } },
    'invitees_counter.limit: Too small: expected number to be >=0',
  ],
  [
    'an event type longer than an index key',
    { event_type: 'x'.repeat(301) },
    'event_type: is longer than a URI can be',
  ],
  [
    'a cancellation at no time',
    { cancellation: { created_at: 'x' } },
    `cancellation.created_at: ${NOT_A_TIME}`,
  ],
  ['a calendar entry that is a string', { calendar_event: 'x' }, 'calendar_event: is no object'],
];

export const itemCases: ItemCase[] = [
  meeting(
    'a name of 10 MB',
    { name: 'a'.repeat(10_000_000) },
    { row: 110, reason: 'the item is larger than 1 MiB' },
  ),
  invitee(
    'ten thousand long answers',
    {
      questions_and_answers: Array.from({ length: 10_000 }, () => ({
        question: 'q'.repeat(60),
        answer: 'a'.repeat(60),
      })),
    },
    { row: 110, reason: 'the item is larger than 1 MiB' },
  ),

  ...shapeless.map(([about, item]): ItemCase => ({
    row: 129,
    about: `${about} as a meeting`,
    kind: 'meeting',
    item,
    expect: { reason: 'the item is no object' },
  })),
  {
    row: 129,
    about: 'a meeting without uri',
    kind: 'meeting',
    item: without(meetingItem, 'uri'),
    expect: { reason: 'uri: Invalid input: expected string, received undefined' },
  },
  meeting(
    'a uri that is a number',
    { uri: 5 },
    { row: 129, reason: 'uri: Invalid input: expected string, received number' },
  ),
  meeting(
    'a status nobody knows',
    { status: 'tentative' },
    { row: 129, reason: 'status: is neither active nor canceled' },
  ),
  meeting(
    'a British status',
    { status: 'cancelled' },
    { row: 129, reason: 'status: is neither active nor canceled' },
  ),
  meeting(
    'no status',
    { status: null },
    { row: 129, reason: 'status: is neither active nor canceled' },
  ),
  invitee(
    'a status nobody knows',
    { status: 'accepted' },
    { row: 129, reason: 'status: is neither active nor canceled' },
  ),
  ...badTimes.map(([about, time]) =>
    meeting(
      about,
      { start_time: time },
      {
        row: 129,
        reason:
          typeof time === 'string'
            ? `start_time: ${NOT_A_TIME}`
            : `start_time: Invalid input: expected string, received ${time === null ? 'null' : 'number'}`,
      },
    ),
  ),
  meeting(
    'a null updated_at',
    { updated_at: null },
    { row: 129, reason: 'updated_at: Invalid input: expected string, received null' },
  ),
  ...wrongTypes.map(([about, change, reason]) => meeting(about, change, { row: 129, reason })),
  invitee(
    'an address of 400 characters',
    { email: `${'a'.repeat(390)}@b.example` },
    { row: 129, reason: 'email: is longer than an address can be' },
  ),
  invitee(
    'answers that are a string',
    { questions_and_answers: 'none' },
    { row: 129, reason: 'questions_and_answers: Invalid input: expected array, received string' },
  ),
  invitee(
    'a no-show that is true',
    { no_show: true },
    { row: 129, reason: 'no_show: Invalid input: expected object, received boolean' },
  ),
  invitee(
    'a payment that is a list',
    { payment: [] },
    { row: 129, reason: 'payment: is no object' },
  ),
  {
    row: 129,
    about: 'an event type that takes -5 minutes',
    kind: 'event type',
    item: { ...eventTypeItem, duration: -5 },
    expect: { reason: 'duration: Too small: expected number to be >=0' },
  },
  meeting(
    'lists 65 deep',
    { extra: nested(64) },
    { row: 129, reason: 'the item is nested deeper than 64 levels' },
  ),
  meeting(
    'lists 100,000 deep',
    { extra: nested(100_000) },
    { row: 129, reason: 'the item is nested deeper than 64 levels' },
  ),
  meeting('lists 64 deep', { extra: nested(63) }, { row: 129, flags: [] }),
  meeting(
    'fields and words nobody knows yet',
    { mood: { good: true }, location: { type: 'hologram' } },
    { row: 129, flags: [] },
  ),
  {
    row: 129,
    about: 'a meeting that is all prototype',
    kind: 'meeting',
    item: JSON.parse(`{"__proto__":${JSON.stringify(meetingItem)}}`),
    expect: { reason: 'uri: Invalid input: expected string, received undefined' },
  },
  meeting('a NUL in its name', { name: 'Visit\0' }, { row: 129, flags: ['text_replaced'] }),
  invitee(
    'a lone surrogate in an answer',
    { questions_and_answers: [{ question: 'q', answer: '\uD83D' }] },
    { row: 129, flags: ['text_replaced'] },
  ),
];
