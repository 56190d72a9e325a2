/** Keys that are named twice are found wherever they are, and nothing else is taken for one. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { hasDuplicateKeys } from './json-text.ts';

describe('a key that is named twice', () => {
  it.each([
    ['in the outermost object', '{"a":1,"a":2}'],
    ['with the same value', '{"a":1,"a":1}'],
    ['with others in between', '{"a":1,"b":2,"c":3,"a":4}'],
    ['in an inner object', '{"a":{"b":1,"b":2}}'],
    ['in an object of a list', '[1,{"a":1},{"b":1,"b":2}]'],
    ['behind an inner object with that key', '{"a":{"a":1},"a":2}'],
    ['behind a list', '{"a":[{"a":1}],"a":2}'],
    ['spelled with an escape once', String.raw`{"event":1,"\u0065vent":2}`],
    ['with escaped quotation marks in it', String.raw`{"a\"b":1,"a\"b":2}`],
    ['empty', '{"":1,"":2}'],
    ['called __proto__', '{"__proto__":1,"__proto__":2}'],
    ['with spaces before the colon', '{"a" :1,"a"\n\t\r :2}'],
    ['behind a value that looks like the end', '{"a":"}","a":2}'],
    ['behind a value that ends in a backslash', String.raw`{"a":"\\","a":2}`],
  ])('is found %s', (_where, text) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(hasDuplicateKeys(text)).toBe(true);
  });
});

describe('what is no double', () => {
  it.each([
    ['the same key in objects beside each other', '[{"a":1},{"a":1}]'],
    ['the same key one level down', '{"a":{"a":{"a":1}}}'],
    ['a value that is called like a key', '{"a":"a","b":"a"}'],
    ['a value that looks like an object', String.raw`{"a":"{\"a\":1,\"a\":2}"}`],
    ['strings in a list', '["a","a",{"a":["a","a"]}]'],
    ['upper case', '{"a":1,"A":2}'],
    ['another spelling of the same letter', '{"é":1,"e\u0301":2}'],
    ['a text alone', '"a"'],
    ['a number alone', '1'],
    ['nothing inside', '{"a":{},"b":[]}'],
  ])('is passed over: %s', (_what, text) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(hasDuplicateKeys(text)).toBe(false);
  });
});

test('no text that JSON.stringify writes has one, and every object can be given one', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2), (text, spaces) => {
      expect(hasDuplicateKeys(JSON.stringify(JSON.parse(text), null, spaces))).toBe(false);
      const doubled = `{"x":${text},"y":[${text}],"x":0}`;
      expect(hasDuplicateKeys(doubled)).toBe(true);
    }),
  );
});
