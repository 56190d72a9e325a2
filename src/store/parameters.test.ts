/** Parameters: few kinds go through, everything that a driver would guess at is refused. */
import { describe, expect, test } from 'vitest';
import { toParameters } from './parameters.ts';

describe('parameters', () => {
  test('go as text, bytes or null', () => {
    const bytes = new Uint8Array([1]);
    expect(toParameters(['a', 1.5, true, null, bytes])).toEqual(['a', '1.5', 'true', null, bytes]);
  });

  test('of an array are quoted, so that no item can end it', () => {
    expect(toParameters([['a,b', '"}', '\\', null, 'NULL', 2]])).toEqual([
      '{"a,b","\\"}","\\\\",NULL,"NULL","2"}',
    ]);
  });

  test.each([
    ['undefined', undefined],
    ['a Date', new Date(0)],
    ['an object', { a: 1 }],
    ['a bigint', 1n],
    ['undefined in an array', [undefined]],
  ])('are refused when one is %s', (_, value) => {
    expect(() => toParameters(['fine', value])).toThrow(
      expect.objectContaining({
        code: 'database.parameter_kind',
        kind: 'bug',
        message: expect.stringContaining('$2'),
      }),
    );
  });

  test.each([
    ['U+0000', 'a\0b'],
    ['half a surrogate pair', 'a\ud83d'],
    ['U+0000 in an array', ['a', '\0']],
  ])('are refused when one holds %s, without repeating it', (_, value) => {
    expect(() => toParameters([value])).toThrow(
      expect.objectContaining({
        code: 'database.text_not_storable',
        kind: 'invalid',
        message:
          'Text for parameter $1 holds U+0000 or half a surrogate pair, which PostgreSQL cannot store',
      }),
    );
  });
});
