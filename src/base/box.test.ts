/** The box opens only where, and with what, it was sealed. */
import { expect, test } from 'vitest';
import { generateKeyring, parseKeyring } from './box.ts';

const PLACE = 'calendly_connections.token:018f';
const cannotOpen = expect.objectContaining({ code: 'box.cannot_open' });
const key = (byte: number, length = 32): string => Buffer.alloc(length, byte).toString('base64');

test('a token sealed for a row is read back from that row', () => {
  const ring = parseKeyring(generateKeyring());
  for (const text of ['', 'eyJraWQ', '💌 ü', 'x'.repeat(100_000)]) {
    expect(ring.open(ring.seal(text, PLACE), PLACE)).toBe(text);
  }
});

test('a sealed token names its key and hides its text', () => {
  const ring = parseKeyring(`main:${key(1)}`);
  const sealed = ring.seal('the secret', PLACE);
  expect(sealed).toMatch(/^main:[A-Za-z0-9+/=]+$/);
  expect(sealed).not.toContain(Buffer.from('the secret').toString('base64').slice(0, 8));
});

test('the same token sealed twice looks different', () => {
  const ring = parseKeyring(generateKeyring());
  expect(ring.seal('token', PLACE)).not.toBe(ring.seal('token', PLACE));
});

test('a box moved to another row or column stays shut', () => {
  const ring = parseKeyring(generateKeyring());
  const sealed = ring.seal('token', PLACE);
  expect(() => ring.open(sealed, 'calendly_connections.token:018e')).toThrow(cannotOpen);
  expect(() => ring.open(sealed, '')).toThrow(cannotOpen);
});

test('every flipped bit, cut end and foreign form keeps the box shut', () => {
  const ring = parseKeyring(`k1:${key(1)}`);
  const bytes = Buffer.from(ring.seal('token', PLACE).slice('k1:'.length), 'base64');
  for (let index = 0; index < bytes.length; index += 1) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(index) ^ 1, index);
    expect(() => ring.open(`k1:${flipped.toString('base64')}`, PLACE)).toThrow(cannotOpen);
    const cut = bytes.subarray(0, index).toString('base64');
    expect(() => ring.open(`k1:${cut}`, PLACE)).toThrow(cannotOpen);
  }
  for (const text of ['', ':', 'k1', 'k1:', 'k2:AAAA', 'token', ':AAAA', '__proto__:AAAA']) {
    expect(() => ring.open(text, PLACE)).toThrow(cannotOpen);
  }
});

test('after a new key is put in front, old boxes open and are told apart', () => {
  const old = parseKeyring(`a:${key(1)}`);
  const both = parseKeyring(`b:${key(2)},a:${key(1)}`);
  const sealed = old.seal('token', PLACE);
  expect(both.open(sealed, PLACE)).toBe('token');
  expect(both.isOutdated(sealed)).toBe(true);
  expect(both.isOutdated(both.seal('token', PLACE))).toBe(false);
  expect(both.ids).toEqual(['b', 'a']);
  expect(() => old.open(both.seal('token', PLACE), PLACE)).toThrow(cannotOpen);
});

test('a key of the same name but other bytes opens nothing', () => {
  const sealed = parseKeyring(`a:${key(1)}`).seal('token', PLACE);
  expect(() => parseKeyring(`a:${key(2)}`).open(sealed, PLACE)).toThrow(cannotOpen);
});

test.each([
  ['', 'has no id'],
  [key(1), 'has no id'],
  [`:${key(1)}`, 'has no id'],
  [`a b:${key(1)}`, 'has no id'],
  ['a:', 'is not base64'],
  ['a:!!!', 'is not base64'],
  [`a:${key(1)} `, 'is not base64'],
  [`a:${key(1, 31)}`, 'is not 32 bytes'],
  [`a:${key(1, 33)}`, 'is not 32 bytes'],
  [`a:${key(1)},a:${key(2)}`, 'its key 2 has an id'],
  [`a:${key(1)},b:${key(1)}`, 'its key 2 is the same'],
  [`a:${key(1)},`, 'its key 2 has no id'],
])('the keyring “%s” is refused: %s', (text, reason) => {
  expect(() => parseKeyring(text)).toThrow(
    expect.objectContaining({
      code: 'box.bad_keyring',
      message: expect.stringContaining(reason),
    }),
  );
});
