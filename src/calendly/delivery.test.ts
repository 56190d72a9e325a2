/** Bytes as envelopes: what is genuine is read, everything else has the name of its fault, and nothing throws. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type EnvelopeFault, readEnvelope } from './delivery.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const nested = (levels: number): string =>
  `{"event":"invitee.created","payload":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`;

describe('an envelope', () => {
  test('gives its event, its creator and its payload', () => {
    const text =
      '{"created_at":"2026-01-01T00:00:00.000000Z","created_by":"https://api.calendly.com/users/A","event":"invitee.created","payload":{"uri":"x"}}';
    expect(readEnvelope(bytes(text))).toEqual({
      ok: true,
      envelope: {
        event: 'invitee.created',
        createdBy: 'https://api.calendly.com/users/A',
        payload: { uri: 'x' },
      },
    });
  });

  test('without a creator has none, and fields that nobody knows do not matter', () => {
    const read = readEnvelope(
      bytes('{"event":"foo.bar","payload":{},"new":[1],"created_by":null}'),
    );
    expect(read).toMatchObject({ ok: true, envelope: { event: 'foo.bar', createdBy: null } });
  });

  test('leaves no trace of a key that would change what objects are', () => {
    const text =
      '{"event":"x","payload":{"__proto__":{"evil":1},"constructor":{"prototype":{"evil":1}}}}';
    const read = readEnvelope(bytes(text));
    expect(read.ok && Reflect.get(read.envelope.payload, 'evil')).toBeUndefined();
    expect(Reflect.get({}, 'evil')).toBeUndefined();
  });

  test('may be nested as deep as everything else may, and no deeper', () => {
    expect(readEnvelope(bytes(nested(62)))).toMatchObject({ ok: true });
    expect(readEnvelope(bytes(nested(63)))).toEqual({ ok: false, fault: 'depth' });
  });
});

const faults: [about: string, body: Uint8Array, fault: EnvelopeFault][] = [
  ['no bytes', new Uint8Array(), 'empty'],
  ['a space', bytes(' '), 'not_json'],
  ['words', bytes('not json'), 'not_json'],
  ['half of it', bytes('{"event":"invitee.created","pay'), 'not_json'],
  ['a comma too many', bytes('{"event":"x","payload":{},}'), 'not_json'],
  ['something behind it', bytes('{"event":"x","payload":{}} {}'), 'not_json'],
  ['a comment', bytes('{"event":"x",/* */"payload":{}}'), 'not_json'],
  ['a byte order mark', bytes('\uFEFF{"event":"x","payload":{}}'), 'not_json'],
  ['UTF-16', Buffer.from('{"event":"x","payload":{}}', 'utf16le'), 'not_json'],
  ['no UTF-8', Buffer.from('7b22c328227d', 'hex'), 'not_json'],
  ['a surrogate as UTF-8', Buffer.from('7b22eda080223a317d', 'hex'), 'not_json'],
  ['null', bytes('null'), 'shape'],
  ['a number', bytes('1'), 'shape'],
  ['a text', bytes('"invitee.created"'), 'shape'],
  ['a list', bytes('[{"event":"x","payload":{}}]'), 'shape'],
  ['no event', bytes('{"payload":{}}'), 'shape'],
  ['an empty event', bytes('{"event":"","payload":{}}'), 'shape'],
  ['an event of 101 letters', bytes(`{"event":"${'x'.repeat(101)}","payload":{}}`), 'shape'],
  ['an event that is a number', bytes('{"event":1,"payload":{}}'), 'shape'],
  ['an event with a NUL', bytes(String.raw`{"event":"a\u0000b","payload":{}}`), 'shape'],
  [
    'an event with half a surrogate pair',
    bytes(String.raw`{"event":"a\ud800","payload":{}}`),
    'shape',
  ],
  ['an event with a line break', bytes(String.raw`{"event":"a\nb","payload":{}}`), 'shape'],
  ['no payload', bytes('{"event":"x"}'), 'shape'],
  ['a payload of null', bytes('{"event":"x","payload":null}'), 'shape'],
  ['a payload that is a list', bytes('{"event":"x","payload":[]}'), 'shape'],
  ['a payload that is a text', bytes('{"event":"x","payload":"x"}'), 'shape'],
  ['a creator that is a number', bytes('{"event":"x","payload":{},"created_by":1}'), 'shape'],
  ['an event twice', bytes('{"event":"x","event":"y","payload":{}}'), 'dupkey'],
  ['a key of the payload twice', bytes('{"event":"x","payload":{"uri":1,"uri":2}}'), 'dupkey'],
  ['5,000 levels', bytes(nested(5000)), 'depth'],
  ['100,000 levels', bytes(nested(100_000)), 'depth'],
];

describe('what is none', () => {
  it.each(faults)('has its fault named: %s', (_about, body, fault) => {
    expect(readEnvelope(body)).toEqual({ ok: false, fault });
  });

  test('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(bytes)), (body) => {
        expect(typeof readEnvelope(body).ok).toBe('boolean');
      }),
    );
  });
});
