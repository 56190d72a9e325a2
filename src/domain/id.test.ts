/** Ids of our own rows are UUIDs of version 7 that sort by the time of their making. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isId, newId } from './id.ts';

const LATEST_MS = 2 ** 48 - 1;

function idAt(ms: number, fill: number | Uint8Array = 0xff): string {
  const bytes = typeof fill === 'number' ? new Uint8Array(16).fill(fill) : fill;
  return newId({ now: () => ms, bytes: () => bytes });
}

describe('a new id', () => {
  it('is the example of RFC 9562 appendix A.6 for its time and random bits', () => {
    const bytes = Buffer.from('0000000000000cc398c4dc0c0c07398f', 'hex');
    expect(idAt(0x017f22e279b0, bytes)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });

  it('carries version 7, the RFC variant and its millisecond, whatever the random bits', () => {
    const random = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LATEST_MS }), random, (ms, bytes) => {
        const id = idAt(ms, bytes);
        expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
        expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(ms);
        expect(isId(id)).toBe(true);
      }),
    );
  });

  it('sorts behind every id of an earlier millisecond', () => {
    const time = fc.integer({ min: 0, max: LATEST_MS - 1 });
    fc.assert(
      fc.property(time, (ms) => {
        expect(idAt(ms, 0xff) < idAt(ms + 1, 0)).toBe(true);
      }),
    );
  });

  it('leaves the bytes that it was given alone', () => {
    const bytes = new Uint8Array(16).fill(7);
    idAt(1, bytes);
    expect(bytes).toEqual(new Uint8Array(16).fill(7));
  });
});

describe('a text', () => {
  it('that is a UUID in either case may be an id', () => {
    expect(isId('017F22E2-79B0-7CC3-98C4-DC0C0C07398F')).toBe(true);
  });

  it.each([
    '',
    'abc',
    '017f22e279b07cc398c4dc0c0c07398f',
    '{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}',
    '017f22e2-79b0-7cc3-98c4-dc0c0c07398g',
    '017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n',
    " ' or 1=1 --",
  ])('like %j is none', (text) => {
    expect(isId(text)).toBe(false);
  });
});
