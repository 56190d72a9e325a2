/** A secret never shows itself by accident. */
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from './secret.ts';

test('a secret is stars in text, JSON, inspection and among its own properties', () => {
  const secret = new Secret('sesame');
  const shown = [
    String(secret),
    ['', secret].join(''),
    JSON.stringify({ secret }),
    inspect({ deep: { secret } }, { depth: 9, showHidden: true }),
    JSON.stringify(Object.entries(secret)),
  ];
  expect(shown.join(' ')).not.toContain('sesame');
  expect(shown.slice(0, 4).every((text) => text.includes('***'))).toBe(true);
  expect(secret.reveal()).toBe('sesame');
});
