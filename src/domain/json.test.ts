/** JSON has one spelling, one hash, and a copy that PostgreSQL can hold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Json } from './json.ts';
import { canonical, hashJson, hashText, isDeeperThan, storableJson, storableText } from './json.ts';

const anyJson = fc.jsonValue({ noUnicodeString: false }).map((value) => value as Json);

/** The same value with the keys of every object in another order. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [key, turned(item)]);
  return Object.fromEntries(entries.toReversed());
}

describe('the canonical text', () => {
  it('sorts keys, keeps lists and has no spaces', () => {
    expect(canonical({ b: [2, 1], a: { d: null, c: 'x"' } })).toBe(
      '{"a":{"c":"x\\"","d":null},"b":[2,1]}',
    );
  });

  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('and its hash do not depend on the order of keys', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(canonical(turned(value))).toBe(canonical(value));
        expect(hashJson(turned(value))).toBe(hashJson(value));
      }),
    );
  });

  it('tells apart what differs', () => {
    const values: Json[] = [
      null,
      'null',
      0,
      '0',
      false,
      [],
      {},
      [[]],
      [null],
      '',
      { a: 1 },
      { a: [1] },
    ];
    expect(new Set(values.map(hashJson)).size).toBe(values.length);
  });
});

describe('a hash', () => {
  it('is 22 characters that need no escaping', () => {
    expect(hashJson({ a: 1 })).toMatch(/^[\w-]{22}$/);
    expect(hashText('{"a":1}')).toBe(hashJson({ a: 1 }));
  });
});

describe('the storable copy', () => {
  it('has a mark for each NUL and lone surrogate, in keys too', () => {
    expect(storableText('a\0b\uD83Dc\uDE00')).toBe('a\uFFFDb\uFFFDc\uFFFD');
    expect(storableText('😀\uFFFF')).toBe('😀\uFFFF');
    expect(storableJson({ 'k\0': [{ x: '\uD800' }], y: 1 })).toEqual({
      'k\uFFFD': [{ x: '\uFFFD' }],
      y: 1,
    });
  });

  it('is the very same object where nothing had to change', () => {
    const value = { a: ['x', { b: null }], c: 1.5 };
    expect(storableJson(value)).toBe(value);
  });

  it('is made in one walk, however deep the character lies', () => {
    const deep = JSON.parse(`${'{"a":['.repeat(32)}"\\u0000"${']}'.repeat(32)}`);
    expect(JSON.stringify(storableJson(deep))).toBe(
      `${'{"a":['.repeat(32)}"\uFFFD"${']}'.repeat(32)}`,
    );
  });

  it('has nothing that PostgreSQL refuses, and changes nothing twice', () => {
    const text = fc.string({ unit: 'binary' });
    const rough = fc
      .array(fc.constantFrom('\0', '\uD800', '\uDFFF', 'ä', '😀', 'a'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(text, rough), fc.array(fc.oneof(text, rough))),
        (value) => {
          const copy = storableJson(value);
          expect(storableJson(copy)).toBe(copy);
          const written = JSON.stringify(copy);
          expect(written.includes('\\u0000')).toBe(false);
          expect(/\\ud[89a-f]/.test(written)).toBe(false);
        },
      ),
    );
  });

  it('keeps a key named __proto__ as data', () => {
    const value = JSON.parse('{"__proto__":{"x":"\\u0000"}}');
    const copy = storableJson(value);
    expect(Object.hasOwn(copy, '__proto__')).toBe(true);
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"x":"\uFFFD"}}');
    expect(canonical(value)).toBe('{"__proto__":{"x":"\\u0000"}}');
  });
});

describe('depth', () => {
  it.each<[unknown, number, boolean]>([
    ['text', 0, false],
    [[], 0, true],
    [[], 1, false],
    [{ a: [] }, 1, true],
    [{ a: [] }, 2, false],
    [{ a: 1, b: { c: { d: 1 } } }, 2, true],
  ])('of %j beyond %i is %s', (value, levels, expected) => {
    expect(isDeeperThan(value, levels)).toBe(expected);
  });

  it('is found without going down a million levels', () => {
    const value: unknown = JSON.parse(`${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`);
    expect(isDeeperThan(value, 64)).toBe(true);
  });
});
