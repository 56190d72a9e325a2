/** Bad inputs 31 to 42, well signed: bytes that are no delivery, events that nobody knows, URIs that are none. */
import { expect } from 'vitest';
import { envelope, part, payloadOf } from '../harness/webhook-messages.ts';
import { bookOne, column, spoilt } from './bookings.ts';
import { harmless, type Ends, type WebhookCase } from './case.ts';

function bytes(
  row: number,
  about: string,
  given: { body: string | Uint8Array; reason: string },
): WebhookCase {
  const { body, reason } = given;
  return {
    row,
    about,
    send: () => ({ body }),
    status: 200,
    ends: { state: 'quarantined', reason },
  };
}

const nested = (levels: number, number: number): string =>
  `{"event":"invitee.created","payload":{"n":${number},"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`;

const broken: WebhookCase[] = [
  bytes(31, 'no bytes', { body: '', reason: 'empty' }),
  bytes(32, 'words', { body: 'not json', reason: 'not_json' }),
  bytes(32, 'half of it', { body: '{"event":"invitee.created","payl', reason: 'not_json' }),
  bytes(32, 'a comma too many', { body: '{"event":"x.y","payload":{},}', reason: 'not_json' }),
  bytes(32, 'a byte order mark', {
    body: '\uFEFF{"event":"x.y","payload":{}}',
    reason: 'not_json',
  }),
  bytes(32, 'UTF-16', { body: Buffer.from('{"event":"x.y"}', 'utf16le'), reason: 'not_json' }),
  bytes(32, 'no UTF-8', { body: Buffer.from('7b22c328227d', 'hex'), reason: 'not_json' }),
  bytes(32, 'NULs', { body: Buffer.alloc(64), reason: 'not_json' }),
  bytes(33, 'null', { body: 'null', reason: 'shape' }),
  bytes(33, 'a number', { body: '42', reason: 'shape' }),
  bytes(33, 'a text', { body: '"invitee.created"', reason: 'shape' }),
  bytes(33, 'true', { body: 'true', reason: 'shape' }),
  bytes(33, 'a list', { body: '[{"event":"x.y","payload":{}}]', reason: 'shape' }),
  bytes(33, 'an empty object', { body: '{}', reason: 'shape' }),
  bytes(34, 'exactly 256 KiB', { body: Buffer.alloc(256 * 1024, 0x20), reason: 'not_json' }),
  {
    row: 34,
    about: '256 KiB and a byte',
    send: () => ({ body: Buffer.alloc(256 * 1024 + 1, 0x20) }),
    status: 413,
  },
  bytes(35, '5,000 levels', { body: nested(5000, 1), reason: 'depth' }),
  bytes(36, '100,000 levels', { body: nested(100_000, 2), reason: 'depth' }),
  bytes(37, 'the event twice', {
    body: '{"event":"invitee.created","event":"invitee.canceled","payload":{}}',
    reason: 'dupkey',
  }),
  bytes(37, 'the event twice, once in disguise', {
    body: String.raw`{"event":"invitee.created","\u0065vent":"invitee.canceled","payload":{}}`,
    reason: 'dupkey',
  }),
  bytes(37, 'a key of the payload twice', {
    body: '{"event":"invitee.created","payload":{"uri":"a","uri":"b"}}',
    reason: 'dupkey',
  }),
];

/** Row 38: written into the text, as JSON.stringify would never write `__proto__` by itself. */
function polluting(about: string, json: string): WebhookCase {
  return {
    row: 38,
    about,
    send(world) {
      const uri = bookOne(world);
      const payload = payloadOf(world.simulator, uri);
      const text = envelope(world.simulator, { event: 'invitee.created', payload });
      return { body: text.replace('"payload":{', `"payload":{${json},`), uri };
    },
    status: 200,
    ends: { state: 'done' },
    async leaves(world, { uri = '' }) {
      expect(await column(world, uri, 'status')).toBe('active');
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
      await world.confirmed();
    },
  };
}

function eventNamed(event: string, ends: Ends): WebhookCase {
  return {
    row: 39,
    about: `the event ${JSON.stringify(event)}`,
    send: (world) => ({
      body: envelope(world.simulator, { event, payload: { text: harmless() } }),
    }),
    status: 200,
    ends,
  };
}

const unknown = { state: 'ignored', reason: 'unknown_event' } as const;
const contacts = { state: 'ignored', reason: 'contacts_are_not_mirrored' } as const;
const recaps = { state: 'ignored', reason: 'recaps_are_not_mirrored' } as const;
const noEvent = { state: 'quarantined', reason: 'shape' } as const;

const events: WebhookCase[] = [
  eventNamed('foo.bar', unknown),
  eventNamed('invitee.updated', unknown),
  eventNamed('INVITEE.CREATED', unknown),
  eventNamed('__proto__', unknown),
  eventNamed('constructor', unknown),
  eventNamed('toString', unknown),
  ...['contact.created', 'contact.updated', 'contact.deleted'].map((one) =>
    eventNamed(one, contacts),
  ),
  ...['meeting_recap.created', 'meeting_recap.updated', 'meeting_recap.deleted'].map((one) =>
    eventNamed(one, recaps),
  ),
  eventNamed('', noEvent),
  eventNamed('x'.repeat(101), noEvent),
  eventNamed('a\u0000b', noEvent),
  eventNamed('a\ud800', noEvent),
  eventNamed('invitee.created\n🔔 [Webhook] forged', noEvent),
];

const payloads = [undefined, null, [], 'x', 1, true].map((payload, index): WebhookCase => ({
  row: 40,
  about: `a payload of ${JSON.stringify(payload) ?? 'nothing'}`,
  send: (world) => ({
    body: envelope(world.simulator, { event: 'invitee.created', payload }, { index }),
  }),
  status: 200,
  ends: { state: 'quarantined', reason: 'shape' },
}));

const empties: WebhookCase[] = [
  'invitee.created',
  'event_type.created',
  'routing_form_submission.created',
].map((event) => ({
  row: 40,
  about: `an empty payload of ${event}`,
  send: (world) => ({ body: envelope(world.simulator, { event, payload: {} }) }),
  status: 200,
  ends: { state: 'quarantined', reason: 'uri' },
}));

const noMeeting: WebhookCase[] = [undefined, null, [], 'x', {}].map((value) =>
  spoilt(40, `a meeting of ${JSON.stringify(value) ?? 'nothing'}`, {
    change(payload) {
      if (value === undefined) delete payload['scheduled_event'];
      else payload['scheduled_event'] = value;
    },
    reason: 'scheduled_event.',
  }),
);

const API = 'https://api.calendly.com';
const wrongUris: [row: number, about: string, uri: unknown][] = [
  [41, 'that is missing', undefined],
  [41, 'that is empty', ''],
  [41, 'of null', null],
  [41, 'that is a number', 1],
  [41, 'without https', `http://api.calendly.com/scheduled_events/A/invitees/B`],
  [41, 'of another host', 'https://calendly.example/scheduled_events/A/invitees/B'],
  [
    41,
    'of a host that begins alike',
    'https://api.calendly.com.evil.example/scheduled_events/A/invitees/B',
  ],
  [41, "of a cloud's inside", 'http://169.254.169.254/latest/meta-data'],
  [41, 'of a file', 'file:///etc/passwd'],
  [41, 'of this machine', 'http://127.0.0.1:22/scheduled_events/A/invitees/B'],
  [41, 'of another kind', `${API}/users/A`],
  [42, 'with user info', 'https://a:b@api.calendly.com/scheduled_events/A/invitees/B'],
  [42, 'with a port', 'https://api.calendly.com:444/scheduled_events/A/invitees/B'],
  [42, 'with ..', `${API}/scheduled_events/../invitees/B`],
  [42, 'with .. behind it', `${API}/scheduled_events/A/invitees/..`],
  [42, 'with %00', `${API}/scheduled_events/A%00/invitees/B`],
  [42, 'with %2e%2e', `${API}/scheduled_events/%2e%2e/invitees/B`],
  [42, 'with dots of another script', `${API}/scheduled_events/․․/invitees/B`],
  [42, 'with a query', `${API}/scheduled_events/A/invitees/B?x=1`],
  [42, 'with a fragment', `${API}/scheduled_events/A/invitees/B#x`],
  [42, 'with a backslash', `${API}\\scheduled_events\\A\\invitees\\B`],
  [42, 'with a space', `${API}/scheduled_events/A /invitees/B`],
  [42, 'with a line break behind it', `${API}/scheduled_events/A/invitees/B\n`],
  [42, 'of 3,000 letters', `${API}/scheduled_events/${'A'.repeat(3000)}/invitees/B`],
];

function put(payload: Record<string, unknown>, key: string, value: unknown): void {
  if (value === undefined) delete payload[key];
  else payload[key] = value;
}

const uris: WebhookCase[] = wrongUris.flatMap(([row, about, uri]) => {
  const ofMeeting = typeof uri === 'string' ? uri.replace(/\/invitees\/.*$/s, '') : uri;
  return [
    spoilt(row, `an invitee's URI ${about}`, {
      change: (payload) => put(payload, 'uri', uri),
      reason: 'uri: ',
    }),
    ...(ofMeeting === `${API}/scheduled_events/A`
      ? []
      : [
          spoilt(row, `a meeting's URI ${about}`, {
            change: (payload) => put(part(payload, 'scheduled_event'), 'uri', ofMeeting),
            reason: 'scheduled_event.uri: ',
          }),
        ]),
  ];
});

/** Where the payload leaves out which meeting it is about, the invitee's own URI says it. */
const noEventUri: WebhookCase = {
  row: 41,
  about: 'an invitee that does not name its meeting',
  send(world) {
    const uri = bookOne(world);
    const payload = payloadOf(world.simulator, uri);
    delete payload['event'];
    return { body: envelope(world.simulator, { event: 'invitee.created', payload }), uri };
  },
  status: 200,
  ends: { state: 'done' },
  async leaves(world, { uri = '' }) {
    expect(await column(world, uri, 'meeting_uri')).toBe(uri.slice(0, uri.indexOf('/invitees/')));
    await world.confirmed();
  },
};

export const bodyCases: readonly WebhookCase[] = [
  ...broken,
  polluting('__proto__', '"__proto__":{"polluted":true}'),
  polluting('constructor.prototype', '"constructor":{"prototype":{"polluted":true}}'),
  ...events,
  ...payloads,
  ...empties,
  ...noMeeting,
  ...uris,
  noEventUri,
];
