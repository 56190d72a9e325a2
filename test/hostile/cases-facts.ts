/** Rows 130–134: items whose facts are odd (kept with a flag) or impossible (set aside). */
import type { ItemCase } from './item-case.ts';
import { invitee, meeting, NOT_A_TIME } from './item-case.ts';
import { meetingItem } from './items.ts';

const ORIGIN = 'https://api.calendly.com';

const foreignUris: [string, string][] = [
  ['an event type', `${ORIGIN}/event_types/abc`],
  ['an invitee', `${ORIGIN}/scheduled_events/a/invitees/b`],
  ['another host', 'https://api.calendly.com.evil.example/scheduled_events/abc'],
  ['plain http', 'http://api.calendly.com/scheduled_events/abc'],
  ['a port', 'https://api.calendly.com:8443/scheduled_events/abc'],
  ['user info', 'https://me@api.calendly.com/scheduled_events/abc'],
  ['a query', `${ORIGIN}/scheduled_events/abc?x=1`],
  ['a fragment', `${ORIGIN}/scheduled_events/abc#x`],
  ['a slash at its end', `${ORIGIN}/scheduled_events/abc/`],
  ['dots that climb', `${ORIGIN}/scheduled_events/../users/abc`],
  ['dots alone', `${ORIGIN}/scheduled_events/..`],
  ['an encoded slash', `${ORIGIN}/scheduled_events/a%2Fb`],
  ['white space', `${ORIGIN}/scheduled_events/a b`],
  ['a new line', `${ORIGIN}/scheduled_events/abc\n`],
  ['a NUL', `${ORIGIN}/scheduled_events/abc\0`],
  ['301 characters', `${ORIGIN}/scheduled_events/${'a'.repeat(259)}`],
  ['no id', `${ORIGIN}/scheduled_events/`],
];

const zones = [
  'GMT+25',
  '',
  'Mars/Olympus_Mons',
  'Europe/Atlantis',
  '../etc/passwd',
  'a'.repeat(500),
];

export const factCases: ItemCase[] = [
  meeting(
    'an end before its start',
    { end_time: '2026-03-10T13:00:00Z' },
    { row: 130, flags: ['ends_before_start'] },
  ),
  meeting(
    'an end at its start',
    { end_time: meetingItem.start_time },
    { row: 130, flags: ['zero_length'] },
  ),
  meeting('ten years', { end_time: '2036-03-10T14:30:00Z' }, { row: 130, flags: ['very_long'] }),

  ...zones.map((zone) =>
    invitee(
      `the time zone "${zone.slice(0, 20)}"`,
      { timezone: zone },
      { row: 131, flags: ['unknown_timezone'] },
    ),
  ),
  invitee('a time zone of old', { timezone: 'Asia/Calcutta' }, { row: 131, flags: [] }),
  invitee('no time zone', { timezone: null }, { row: 131, flags: [] }),

  meeting('times at +14:00', { start_time: '2026-03-11T04:00:00+14:00' }, { row: 132, flags: [] }),
  meeting('times at -15:59', { start_time: '2026-03-09T22:01:00-15:59' }, { row: 132, flags: [] }),
  meeting(
    'times at +16:00',
    { start_time: '2026-03-11T06:00:00+16:00' },
    { row: 132, reason: `start_time: ${NOT_A_TIME}` },
  ),
  meeting(
    'times at +05:60',
    { start_time: '2026-03-11T06:00:00+05:60' },
    { row: 132, reason: `start_time: ${NOT_A_TIME}` },
  ),

  meeting(
    'an update of next year',
    { updated_at: '2027-03-01T00:00:00Z' },
    { row: 133, flags: ['updated_in_future'] },
  ),
  meeting(
    'an update five minutes ahead',
    { updated_at: '2026-03-04T09:35:00.000000Z' },
    { row: 133, flags: [] },
  ),
  invitee(
    'an update of next year',
    { updated_at: '2027-03-01T00:00:00Z' },
    { row: 133, flags: ['updated_in_future'] },
  ),
  meeting(
    'an update before its creation',
    { updated_at: '2026-02-01T00:00:00Z' },
    { row: 133, flags: [] },
  ),

  ...foreignUris.map(([about, uri]) =>
    meeting(
      `a uri of ${about}`,
      { uri },
      { row: 134, reason: 'uri: is no URI of the kind scheduled_events' },
    ),
  ),
  invitee(
    'the uri of a meeting',
    { uri: meetingItem.uri },
    { row: 134, reason: 'uri: is no URI of the kind invitees' },
  ),
  invitee(
    'another meeting than its uri',
    { event: `${ORIGIN}/scheduled_events/other` },
    { row: 134, reason: 'event: is not the meeting of the uri' },
  ),
  {
    row: 134,
    about: 'a meeting in a list of event types',
    kind: 'event type',
    item: meetingItem,
    expect: { reason: 'uri: is no URI of the kind event_types' },
  },
  invitee('no word of its meeting', { event: null }, { row: 134, flags: [] }),
];
