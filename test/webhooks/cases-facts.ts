/** Bad inputs 48 to 56, well signed: times, texts, types and sizes that no honest booking has. */
import { expect } from 'vitest';
import type { InviteeWire, JsonObject } from '../../simulator/records.ts';
import { envelope, part, payloadOf } from '../harness/webhook-messages.ts';
import { bookOne, column, expectTrue, odd, spoilt } from './bookings.ts';
import type { WebhookCase } from './case.ts';

const wrongTimes: [about: string, time: unknown][] = [
  ['of the year 9999', '9999-12-31T23:59:59.000000Z'],
  ['of the year 0000', '0000-01-01T00:00:00.000000Z'],
  ['of now', 'now'],
  ['of infinity', 'infinity'],
  ['of a day that there is not', '2024-02-30T00:00:00.000000Z'],
  ['of a leap second', '2026-06-30T23:59:60.000000Z'],
  ['without a zone', '2026-06-30T12:00:00.000000'],
  ['of +16:00', '2026-06-30T12:00:00.000000+16:00'],
  ['of a number', 1_767_225_600],
  ['of nothing', null],
];

const times: WebhookCase[] = wrongTimes.flatMap(([about, time]) => [
  ...['created_at', 'updated_at'].map((key) =>
    spoilt(48, `the ${key} ${about}`, {
      change: (payload) => void Object.assign(payload, { [key]: time }),
      reason: `${key}: `,
    }),
  ),
  spoilt(48, `the start ${about}`, {
    change: (payload) => void Object.assign(part(payload, 'scheduled_event'), { start_time: time }),
    reason: 'scheduled_event.start_time: ',
  }),
]);

/** The envelope's own time decides nothing, so nothing depends on it. */
const envelopeTime: WebhookCase = {
  row: 48,
  about: "the envelope's time of the year 9999",
  send(world) {
    const uri = bookOne(world);
    const message = { event: 'invitee.created', payload: payloadOf(world.simulator, uri) };
    const body = envelope(world.simulator, message, { created_at: '9999-12-31T23:59:59Z' });
    return { body, uri };
  },
  status: 200,
  ends: { state: 'done' },
  leaves: (world, { uri = '' }) => expectTrue(world, uri),
};

/** A booking of an odd name: the row holds what can be held, is flagged, and equals the truth. */
function named(row: number, about: string, name: string, kept = name): WebhookCase {
  const base = odd(row, about, (wire) => {
    wire.name = name;
    wire.questions_and_answers = [{ question: name, answer: name, position: 0 }];
  });
  return {
    ...base,
    async leaves(world, sent) {
      const uri = sent.uri ?? '';
      expect(await column(world, uri, 'name')).toBe(kept);
      expect(await column(world, uri, 'flags')).toEqual(kept === name ? [] : ['text_replaced']);
      await base.leaves?.(world, sent);
    },
  };
}

const naughty = [
  'Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤',
  '"; drop table invitees; --',
  "' OR 1=1 -- 1",
  '${jndi:ldap://127.0.0.1/a}',
  '{{7*7}}<%= 7*7 %>#{7*7}',
  '$(touch /tmp/x)`id`',
  '../../../../etc/passwd',
  '%s%s%s%n%n%d',
  '\\u0000 \\x00 %00',
  'undefined null NULL NaN true -1 1e1000 0x0',
  '🏳️‍🌈👩‍👩‍👧‍👦🇺🇳',
  '\u00a0\u2000\u3000\ufeff\u200b\u2028\u2029',
  '田中さんにあげて下さい ثم نفس سقطت',
  '"\'\\`',
];

const texts: WebhookCase[] = [
  named(49, 'U+0000 in texts', 'Ada\u0000 Lovelace', 'Ada\ufffd Lovelace'),
  named(50, 'half a surrogate pair', 'Ada \ud800', 'Ada \ufffd'),
  named(50, 'the other half of one', '\udfff Ada', '\ufffd Ada'),
  named(51, 'a text that turns around', '\u202eAda\u202c \u2066x\u2069'),
  named(51, 'zero-width letters', 'A\u200bd\u200da\ufeff'),
  named(51, '10,000 combining marks', `e${'\u0301'.repeat(10_000)}`),
  ...naughty.map((text, index) => named(51, `the naughty string ${index + 1}`, text)),
  named(53, 'a script', '<script>alert(1)</script>'),
  named(53, 'an image that does something', '"><img src=x onerror=alert(1)>'),
  named(53, 'a formula', "=cmd|' /C calc'!A0"),
  named(53, 'a line break and a header', 'Ada\r\nSet-Cookie: a=b'),
];

const long: WebhookCase[] = [
  {
    row: 52,
    about: 'a name of 1 MB',
    send(world) {
      const payload = payloadOf(world.simulator, bookOne(world));
      payload['name'] = 'x'.repeat(1_048_576);
      return { body: envelope(world.simulator, { event: 'invitee.created', payload }) };
    },
    status: 413,
  },
  named(52, 'a name of 60 kB', 'x'.repeat(60_000)),
  spoilt(52, 'an address of 10 kB', {
    change: (payload) => void (payload['email'] = `${'x'.repeat(10_000)}@visitor.example`),
    reason: 'email: ',
  }),
  odd(52, '4,000 questions', (wire) => {
    wire.questions_and_answers = Array.from({ length: 4000 }, (_, position) => ({
      question: 'q',
      answer: 'a',
      position,
    }));
  }),
];

function wrongType(about: string, key: keyof InviteeWire, value: unknown): WebhookCase {
  return spoilt(54, about, {
    change: (payload) => void Object.assign(payload, { [key]: value }),
    reason: key,
  });
}

function wrongInMeeting(about: string, key: string, value: unknown): WebhookCase {
  return spoilt(54, about, {
    change: (payload) => void Object.assign(part(payload, 'scheduled_event'), { [key]: value }),
    reason: `scheduled_event.${key}`,
  });
}

const types: WebhookCase[] = [
  wrongType('a number for a name', 'name', 1),
  wrongType('an object for an address', 'email', {}),
  wrongType('a number for a status', 'status', 1),
  wrongType('a status that there is not', 'status', 'pending'),
  wrongType('no status', 'status', null),
  wrongType('a text for a truth', 'rescheduled', 'yes'),
  wrongType('a text for answers', 'questions_and_answers', 'none'),
  wrongType('a list for a payment', 'payment', []),
  wrongType('a text for a no-show', 'no_show', 'yes'),
  wrongType('a list for a cancellation', 'cancellation', []),
  wrongInMeeting('a counter of 2^53 + 1', 'invitees_counter', {
    total: 2 ** 53,
    active: 1,
    limit: 1,
  }),
  wrongInMeeting('a counter below zero', 'invitees_counter', { total: -1, active: 0, limit: 1 }),
  wrongInMeeting('a counter of a half', 'invitees_counter', { total: 0.5, active: 0, limit: 1 }),
  wrongInMeeting('an object for hosts', 'event_memberships', {}),
  wrongInMeeting('a text for a place', 'location', 'here'),
  wrongInMeeting('a guest without address', 'event_guests', [{}]),
  odd(54, 'null wherever it may be', (wire) => {
    const nulls: JsonObject = Object.fromEntries(
      ['name', 'email', 'timezone', 'questions_and_answers', 'tracking', 'rescheduled'].map(
        (key) => [key, null],
      ),
    );
    Object.assign(wire, nulls);
  }),
  odd(54, 'an amount as a text', (wire) => {
    wire.payment = { amount: '95.00', currency: 'USD', successful: true };
  }),
];

const more: WebhookCase[] = [
  {
    ...odd(55, '100 fields that nobody knows', (wire) => {
      for (let index = 0; index < 100; index += 1) Object.assign(wire, { [`new_${index}`]: index });
    }),
    async leaves(world, { uri = '' }) {
      const raw = await column(world, uri, 'raw');
      expect(raw).toMatchObject({ new_0: 0, new_99: 99 });
      await expectTrue(world, uri);
    },
  },
  ...(
    [
      ['in upper case', 'ADA.UPPER@VISITOR.EXAMPLE', 'ada.upper@visitor.example'],
      ['with a plus', 'ada+tag@visitor.example', 'ada+tag@visitor.example'],
      ['of another script', 'ada@bücher.example', 'ada@bücher.example'],
      ['that is empty', '', null],
      ['with two @', 'ada@ada@visitor.example', null],
      ['with a space in it', 'ada lovelace@visitor.example', null],
    ] as const
  ).map(([about, email, key]): WebhookCase => {
    const base = odd(56, `an address ${about}`, (wire) => void (wire.email = email));
    return {
      ...base,
      async leaves(world, sent) {
        const uri = sent.uri ?? '';
        expect(await column(world, uri, 'email')).toBe(email);
        expect(await column(world, uri, 'email_key')).toBe(key);
        await base.leaves?.(world, sent);
      },
    };
  }),
];

export const factCases: readonly WebhookCase[] = [
  ...times,
  envelopeTime,
  ...texts,
  ...long,
  ...types,
  ...more,
];
